import EventLoops
import Redis
import RedisTesting
import Testing

@Suite(.enabled(if: RedisProcess.isInstalled, "needs redis-server"), .timeLimit(.minutes(3)))
struct RedisFaultTests {
    @Test
    func `A call whose answer was lost is not repeated unless that does no harm`() async throws {
        let bench = try RedisBench()
        let link = FaultyLink(to: bench.server.port, on: bench.loop)
        let client = try bench.client(port: try await link.start()) {
            $0.connections = 1
            $0.deadline = .seconds(10)
        }
        _ = try await client.call(RedisCommand("SET", "n", 0))
        await link.set(.swallowAnswers)
        let before = await link.pieces
        async let lost = RedisBench.error { _ = try await client.call(RedisCommand("INCR", "n")) }
        await link.received(before + 1)
        await link.set(.forward)
        await link.cut()
        #expect(await lost?.isUnknownOutcome == true)

        await link.set(.swallowAnswers)
        let again = await link.pieces
        async let repeated = client.call(RedisCommand("GET", "n", isIdempotent: true))
        await link.received(again + 1)
        await link.set(.forward)
        await link.cut()
        #expect(try await repeated.text == "1", "asked again, and incremented once")
        await link.stop()
        await bench.end(client)
    }

    @Test(arguments: [FaultyLink.Mode.swallow, .reset])
    func `A partition fails calls within their deadline and is over when it is over`(mode: FaultyLink.Mode) async throws
    {
        let bench = try RedisBench()
        let link = FaultyLink(to: bench.server.port, on: bench.loop)
        let client = try bench.client(port: try await link.start())
        _ = try await client.call(RedisCommand("PING"))
        await link.set(mode)
        let clock = ContinuousClock()
        let durations = await withTaskGroup(of: Duration.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await clock.measure {
                        let error = await RedisBench.error {
                            _ = try await client.call(
                                RedisCommand("GET", "n", isIdempotent: true), within: .milliseconds(700))
                        }
                        #expect(error?.isUnreachable == true || error?.isUnknownOutcome == true, "\(error as Any)")
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(durations.allSatisfy { $0 < .seconds(3) }, "not once for each try: \(durations.max() as Any)")
        await link.set(.forward)
        #expect(try await client.call(RedisCommand("PING", isIdempotent: true)) == .status("PONG"))
        await link.stop()
        await bench.end(client)
    }

    @Test
    func `One deadline covers connecting, where nobody listens and where nobody answers`() async throws {
        let loop = try EventLoop(name: "redis-test")
        let silent = HostileRedis([.nothing], on: loop)
        for port in [try RedisProcess.freePort(), try await silent.start()] {
            var options = RedisOptions()
            options.deadline = .milliseconds(600)
            let place = RedisAddress.Place.server(.init(host: "127.0.0.1", port: port))
            let client = try RedisClient(RedisAddress(place), options: options, on: loop)
            let duration = await ContinuousClock().measure {
                let error = await RedisBench.error { _ = try await client.call(RedisCommand("PING")) }
                #expect(error?.isUnreachable == true || error?.isUnknownOutcome == true)
            }
            #expect(duration >= .milliseconds(500) && duration < .seconds(3))
            await client.close()
        }
        await silent.stop()
        await loop.shutDown()
    }

    @Test
    func `A frozen server is a failure in time, and no answer comes to somebody else's question afterwards`()
        async throws
    {
        let bench = try RedisBench()
        let client = try bench.client { $0.connections = 1 }
        _ = try await client.call(RedisCommand("SET", "a", "1"))
        bench.server.freeze()
        let error = await RedisBench.error {
            _ = try await client.call(RedisCommand("GET", "a"), within: .milliseconds(300))
        }
        #expect(error?.isUnknownOutcome == true)
        bench.server.thaw()
        for number in 0..<50 {
            #expect(try await client.call(RedisCommand("ECHO", "\(number)")).text == "\(number)")
        }
        await bench.end(client)
    }

    @Test
    func `Calls go on after the server was killed and started again, without a loss of what was confirmed`()
        async throws
    {
        let bench = try RedisBench()
        let client = try bench.client()
        for round in 0..<5 {
            #expect(try await client.call(RedisCommand("RPUSH", "list", "\(round)")) == .integer(Int64(round + 1)))
            bench.server.kill()
            try bench.server.start()
            // The first call after the death may find a connection that nobody has told it is dead.
            #expect(
                try await client.call(RedisCommand("LLEN", "list", isIdempotent: true)) == .integer(Int64(round + 1)))
        }
        await bench.end(client)
    }

    @Test
    func `A subscription listens again after a restart and says that it may have missed something`() async throws {
        let bench = try RedisBench()
        let client = try bench.client()
        var notices = client.messages(of: ["a", "b"]).makeAsyncIterator()
        #expect(await notices.next() == .listening)
        _ = try await client.call(RedisCommand("PUBLISH", "b", "one"))
        #expect(await notices.next() == .message(channel: "b", Array("one".utf8)))
        bench.server.kill()
        try bench.server.start()
        #expect(await notices.next() == .listening)
        _ = try await client.call(RedisCommand("PUBLISH", "a", "two", isIdempotent: true))
        #expect(await notices.next() == .message(channel: "a", Array("two".utf8)))
        await client.close()
        #expect(await notices.next() == nil, "closing ends it")
        await bench.end(client)
    }

    @Test
    func `A subscription notices a line that was cut without a word`() async throws {
        let bench = try RedisBench()
        let link = FaultyLink(to: bench.server.port, on: bench.loop)
        let client = try bench.client(port: try await link.start()) { $0.silence = .milliseconds(100) }
        var notices = client.messages(of: ["a"]).makeAsyncIterator()
        #expect(await notices.next() == .listening)
        await link.set(.swallow)
        let before = await link.connections
        let healing = Task {
            await link.accepted(before + 1)
            await link.set(.forward)
            await link.cut()
        }
        #expect(await notices.next() == .listening)
        await healing.value
        await client.close()
        await link.stop()
        await bench.end(client)
    }
}
