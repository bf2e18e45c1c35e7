import EventLoops
import HTTPTesting
import Redis
import RedisTesting
import Testing

@Suite(.enabled(if: RedisProcess.isInstalled, "needs redis-server"), .timeLimit(.minutes(2)))
struct RedisClientTests {
    @Test
    func `Calls of many tasks go out together and each gets its own answer`() async throws {
        let bench = try RedisBench()
        let client = try bench.client { $0.connections = 1 }
        let wrong = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let text = "value \(number)\r\n\0"
                    _ = try await client.call(RedisCommand("SET", "key\(number)", text))
                    return try await client.call(RedisCommand("GET", "key\(number)")).text == text ? 0 : 1
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(wrong == 0)
        let clients = try await client.call(RedisCommand("CLIENT", "LIST")).text ?? ""
        #expect(clients.split(separator: "\n").count == 1, "one connection for all of them")
        await bench.end(client)
    }

    @Test
    func `Replies of every kind are read, and an error is thrown with its code alone in the text`() async throws {
        let bench = try RedisBench()
        let client = try bench.client()
        #expect(try await client.call(RedisCommand("PING")) == .status("PONG"))
        #expect(try await client.call(RedisCommand("GET", "none")).isNull)
        #expect(try await client.call(RedisCommand("INCRBY", "n", Int64.max)) == .integer(.max))
        let nested = RedisScript("return {1, {2, {'x', {}}}, false, redis.error_reply('SOME secret')}")
        let reply = try await client.run(nested, keys: [], [])
        let inner = RedisValue.array([.bytes([0x78]), .array([])])
        let error = RedisValue.error(RedisRefusal(code: "SOME", message: "secret"))
        #expect(reply == .array([.integer(1), .array([.integer(2), inner]), .null, error]))
        let refused = await RedisBench.error { _ = try await client.call(RedisCommand("NONSENSE", "secret")) }
        #expect(refused?.code == "ERR")
        #expect(refused.map { !"\($0)".contains("secret") } == true)
        await bench.end(client)
    }

    @Test
    func `A script is sent once, and again when the server has forgotten it`() async throws {
        let bench = try RedisBench()
        let client = try bench.client()
        let script = RedisScript("return redis.call('INCR', KEYS[1]) + ARGV[1]")
        #expect(try await client.run(script, keys: ["n"], [10]) == .integer(11))
        #expect(try await client.run(script, keys: ["n"], [10]) == .integer(12))
        _ = try await client.call(RedisCommand("SCRIPT", "FLUSH"))
        #expect(try await client.run(script, keys: ["n"], [10]) == .integer(13))
        let statistics = try await client.call(RedisCommand("INFO", "commandstats")).text ?? ""
        #expect(statistics.contains("cmdstat_eval:calls=2"), "two times with the source")
        await bench.end(client)
    }

    @Test
    func `A user's password and rights are obeyed, and no error shows the password`() async throws {
        let bench = try RedisBench()
        let admin = try bench.client()
        let rights = RedisCommand("ACL", "SETUSER", "anna", "on", ">pass word", "~mine:*", "+@all")
        _ = try await admin.call(rights)
        let anna = try bench.client(user: "anna", password: "pass word", database: 3)
        _ = try await anna.call(RedisCommand("SET", "mine:a", "1"))
        #expect(try await admin.call(RedisCommand("EXISTS", "mine:a")) == .integer(0), "another database")
        let foreign = await RedisBench.error { _ = try await anna.call(RedisCommand("GET", "yours")) }
        #expect(foreign?.code == "NOPERM")
        let thief = try bench.client(user: "anna", password: "secret guess")
        let began = ContinuousClock.now
        let refused = await RedisBench.error { _ = try await thief.call(RedisCommand("PING")) }
        #expect(
            refused?.isNotAllowed == true && began.duration(to: .now) < .seconds(10), "at once, not at the deadline")
        #expect(!"\(refused as Any) \(thief.address)".contains("secret"))
        await bench.end(admin, anna, thief)
    }

    @Test
    func `A blocking call holds up nobody, and cancelling it ends it`() async throws {
        let bench = try RedisBench()
        let client = try bench.client { $0.connections = 1 }
        async let popped = client.block(RedisCommand("BLPOP", "list", 30), atMost: .seconds(30))
        #expect(try await client.call(RedisCommand("PING")) == .status("PONG"))
        _ = try await client.call(RedisCommand("RPUSH", "list", "x"))
        #expect(try await popped == .array([.bytes(Array("list".utf8)), .bytes([0x78])]))
        let hanging = Task { try await client.block(RedisCommand("BLPOP", "list", 30), atMost: .seconds(30)) }
        while !Task.isCancelled,
            try await client.call(RedisCommand("INFO", "clients")).text?.contains("blocked_clients:1") != true
        {}
        hanging.cancel()
        #expect(await RedisBench.error { _ = try await hanging.value } == .cancelled)
        await bench.end(client)
    }

    @Test
    func `Who listens in vain ends with the client, also when its loop is gone at once`() async throws {
        let bench = try RedisBench()
        bench.server.kill()
        let client = try bench.client {
            $0.firstPause = .seconds(3600); $0.longestPause = .seconds(3600)
        }
        let notices = client.messages(of: ["news"])
        // As long as a call needs to find nobody, the listener has found nobody too.
        _ = await RedisBench.error { _ = try await client.call(RedisCommand("PING"), within: .milliseconds(300)) }
        await bench.end(client)
        for await _ in notices {}
    }

    @Test
    func `After close everything says so`() async throws {
        let bench = try RedisBench()
        let client = try bench.client()
        _ = try await client.call(RedisCommand("PING"))
        await client.close()
        #expect(await RedisBench.error { _ = try await client.call(RedisCommand("PING")) } == .closed)
        let blocking = RedisCommand("BLPOP", "l", 1)
        #expect(await RedisBench.error { _ = try await client.block(blocking, atMost: .seconds(1)) } == .closed)
        await bench.end(client)
    }

    @Test
    func `TLS is spoken with a server whose certificate an authority vouches for, and with no other`() async throws {
        let certificate = try TestCertificate()
        let loop = try EventLoop(name: "redis-test")
        let port = try RedisProcess.freePort()
        let server = try RedisProcess(options: [
            "--tls-port", "\(port)", "--tls-cert-file", certificate.chainFile, "--tls-key-file", certificate.keyFile,
            "--tls-auth-clients", "no",
        ])
        func client(_ host: String, _ authority: String?) throws -> RedisClient {
            var options = RedisOptions()
            options.deadline = .seconds(20)
            options.authorityFile = authority
            return try RedisClient(try RedisAddress("rediss://\(host):\(port)"), options: options, on: loop)
        }
        let good = try client("127.0.0.1", certificate.chainFile)
        let long = String(repeating: "long ", count: 200_000)
        _ = try await good.call(RedisCommand("SET", "a", long))
        #expect(try await good.call(RedisCommand("GET", "a")).text == long)
        let named = try client("localhost", certificate.chainFile)
        #expect(try await named.call(RedisCommand("PING")) == .status("PONG"))
        let stranger = try client("127.0.0.1", nil)
        let refused = await RedisBench.error { _ = try await stranger.call(RedisCommand("PING")) }
        #expect(refused?.isNotAllowed == true)
        for client in [good, named, stranger] { await client.close() }
        server.kill()
        await loop.shutDown()
    }
}
