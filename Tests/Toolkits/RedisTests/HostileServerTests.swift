import EventLoops
import Redis
import RedisTesting
import Testing

@Suite(.timeLimit(.minutes(2)))
struct HostileServerTests {
    private static func error(
        _ answers: [HostileRedis.Answer], limit: Int = 1 << 20, deadline: Duration = .seconds(20)
    ) async throws -> RedisError? {
        let loop = try EventLoop(name: "redis-test")
        let server = HostileRedis(answers, on: loop)
        var options = RedisOptions()
        options.deadline = deadline
        options.limits.replyBytes = limit
        let place = RedisAddress.Place.server(.init(host: "127.0.0.1", port: try await server.start()))
        let client = try RedisClient(RedisAddress(place), options: options, on: loop)
        let error = await RedisBench.error { _ = try await client.call(RedisCommand("GET", "a")) }
        await client.close()
        await server.stop()
        await loop.shutDown()
        return error
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0\r\n", "$abc\r\n", "$-2\r\nxx\r\n", "*-7\r\n",
        "$99999999999999999999\r\n", "*99999999999999999999\r\n", ":12a\r\n", ":\r\n",
        "*2147483647\r\n", "*1000000\r\n", "$1\r\nab\r\n\r\n+OK\r\n",
    ])
    func `What is not the protocol, or claims to be huge, is refused as such`(answer: String) async throws {
        let error = try await Self.error([.text(answer)], deadline: .seconds(3))
        #expect(error?.isMalformed == true || error?.isUnknownOutcome == true, "\(error as Any)")
    }

    @Test
    func `Nesting deeper than replies ever are is refused`() async throws {
        let error = try await Self.error([.text(String(repeating: "*1\r\n", count: 100_000))])
        #expect(error?.isMalformed == true)
    }

    @Test
    func `A string that is longer than allowed ends the connection when the limit is reached`() async throws {
        let piece = [UInt8](repeating: 0x61, count: 64 << 10)
        for head in ["$1000000000\r\n", "+", "*3\r\n$1000000000\r\n"] {
            let error = try await Self.error([.flood(Array(head.utf8) + piece, times: 10_000)], limit: 1 << 20)
            #expect(error == .malformed("a reply is larger than allowed"))
        }
    }

    @Test
    func `Many small parts count together`() async throws {
        let parts = Array("*20000\r\n".utf8) + Array(String(repeating: "$1\r\na\r\n", count: 20_000).utf8)
        #expect(try await Self.error([.bytes(parts)], limit: 1 << 20)?.isMalformed == true)
        #expect(try await Self.error([.bytes(parts)], limit: 4 << 20) == nil)
    }

    @Test(arguments: ["$10\r\nabc", "*2\r\n:1\r\n", "+O", "", "$3"])
    func `A connection that ends in the middle of a reply leaves the outcome unknown`(half: String) async throws {
        let error = try await Self.error([.bytesAndEnd(Array(half.utf8))])
        #expect(error?.isUnknownOutcome == true)
    }

    @Test
    func `An answer that nobody asked for ends the connection before it is taken for another's`() async throws {
        let loop = try EventLoop(name: "redis-test")
        let server = HostileRedis([.text("+first\r\n+surplus\r\n"), .text("+second\r\n")], on: loop)
        let place = RedisAddress.Place.server(.init(host: "127.0.0.1", port: try await server.start()))
        var options = RedisOptions()
        options.connections = 1
        let client = try RedisClient(RedisAddress(place), options: options, on: loop)
        #expect(try await client.call(RedisCommand("GET", "a")).text == "first")
        #expect(try await client.call(RedisCommand("GET", "a")).text == "first", "of another connection")
        await client.close()
        await server.stop()
        await loop.shutDown()
    }

    @Test
    func `Replies that come byte by byte are put together`() async throws {
        let loop = try EventLoop(name: "redis-test")
        // Each request is answered with one byte more; the last finishes what the first asked for.
        let whole = Array("*2\r\n$3\r\nabc\r\n*1\r\n:-5\r\n".utf8)
        let server = HostileRedis(whole.map { .bytes([$0]) }, on: loop)
        let place = RedisAddress.Place.server(.init(host: "127.0.0.1", port: try await server.start()))
        var options = RedisOptions()
        options.connections = 1
        let client = try RedisClient(RedisAddress(place), options: options, on: loop)
        async let first = client.call(RedisCommand("GET", "a"))
        let others = Task {
            // Asks one after another as each piece arrives, so that the server goes on.
            while await server.asked < whole.count, !Task.isCancelled {
                let count = await server.asked
                let call = Task { try? await client.call(RedisCommand("GET", "b"), within: .seconds(5)) }
                while await server.asked == count, !Task.isCancelled { await Task.yield() }
                _ = call
            }
        }
        #expect(try await first == .array([.bytes(Array("abc".utf8)), .array([.integer(-5)])]))
        others.cancel()
        await client.close()
        await server.stop()
        await loop.shutDown()
    }
}
