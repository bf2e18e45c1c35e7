import Jobs
import Redis
import RedisTesting
import StoresRedis
import Testing

@Suite(.enabled(if: RedisProcess.isInstalled, "needs redis-server"), .timeLimit(.minutes(5)))
struct ManyMachinesTests {
    @Test(arguments: [-3600.0, 3600, 172_800])
    func `When the server's clock is set, no lease ends and no wait`(step: Double) async throws {
        let fixture = try await StoreFixture()
        let store = QueueBench.store(fixture.client)
        for id in ["a", "b"] { _ = try await store.submit(try QueueBench.submission(id)) }
        let running = try #require(try await store.claim(QueueBench.request(lease: 30)))
        let failing = try #require(try await store.claim(QueueBench.request()))
        let failure = JobFailure(.transient, code: "x", "x")
        _ = try await store.finish(failing.token, .failed(failure))
        // As if the clock had stood elsewhere when it was last looked at.
        let seen = try await fixture.client.call(RedisCommand("HGET", "{stentor}:queue", "seen")).text.flatMap(
            Double.init)
        _ = try await fixture.client.call(RedisCommand("HSET", "{stentor}:queue", "seen", try #require(seen) - step))
        #expect(try await store.reclaim() == [])
        #expect(try await store.claim(QueueBench.request()) == nil)
        _ = try await store.heartbeat(running.token, lease: 30, ExecutionProgress(), lane: .short)
        _ = try await store.finish(running.token, .succeeded(result: [1], audioSeconds: 1))
        await fixture.end()
    }

    @Test
    func `Media that only passes through a process is claimed by that process alone`() async throws {
        let fixture = try await StoreFixture()
        let (here, there) = (
            QueueBench.store(fixture.client, node: "here"), QueueBench.store(fixture.client, node: "there")
        )
        _ = try await here.submit(try QueueBench.submission("a", media: .passing(name: "p"), isEphemeral: true))
        #expect(try await there.claim(QueueBench.request()) == nil)
        _ = try await here.submit(try QueueBench.submission("b"))
        #expect(try await there.claim(QueueBench.request())?.jobs.map(\.id.text) == ["b"])
        #expect(try await here.claim(QueueBench.request())?.jobs.map(\.id.text) == ["a"])
        await fixture.end()
    }

    @Test
    func `A worker that waits hears of work that comes in, comes back, or may go on`() async throws {
        let fixture = try await StoreFixture()
        let (server, worker) = (QueueBench.store(fixture.client), QueueBench.store(try fixture.another()))
        var notices = worker.workNotices().makeAsyncIterator()
        #expect(await notices.next() != nil, "it listens")
        _ = try await server.submit(try QueueBench.submission("a"))
        #expect(await notices.next() != nil, "work")
        let claim = try #require(try await worker.claim(QueueBench.request()))
        _ = try await worker.finish(claim.token, .released)
        #expect(await notices.next() != nil, "it came back")
        try await server.setPaused(false)
        #expect(await notices.next() != nil, "it goes on")
        await worker.close()
        await fixture.end()
    }

    @Test
    func `What only a dead process held goes, promises stay, and the living keep theirs`() async throws {
        let fixture = try await StoreFixture()
        let (dead, alive) = (
            QueueBench.store(fixture.client, node: "dead"), QueueBench.store(fixture.client, node: "alive")
        )
        _ = try await dead.submit(try QueueBench.submission("arriving", media: .passing(name: "p")))
        let lonely = MediaReference.kept(name: "lonely", bytes: 1)
        _ = try await dead.submit(try QueueBench.submission("ephemeral", media: lonely, isEphemeral: true))
        _ = try await dead.submit(try QueueBench.submission("promise"))
        _ = try await alive.submit(try QueueBench.submission("mine", isEphemeral: true))
        let held = try #require(try await alive.claim(QueueBench.request()))
        #expect(held.jobs.map(\.id.text) == ["ephemeral"])
        _ = try await dead.stayPresent(for: 0.01)
        var dropped: [MediaReference] = []
        while dropped.isEmpty { dropped = try await alive.stayPresent(for: 60) }
        #expect(dropped == [lonely])
        let late = await QueueBench.error {
            _ = try await alive.finish(held.token, .succeeded(result: [1], audioSeconds: 1))
        }
        #expect(late == .leaseLost)
        let left = try await alive.jobs(JobQuery(owner: nil)).map(\.job.id.text)
        #expect(Set(left) == ["promise", "mine"])
        #expect(try await alive.statistics().jobs == [.queued: 2])
        await fixture.end()
    }

    @Test
    func `Two installations share a server without seeing each other`() async throws {
        let fixture = try await StoreFixture()
        let one = RedisJobStore(fixture.client, rules: QueueBench.rules(), prefix: "one")
        let two = RedisJobStore(fixture.client, rules: QueueBench.rules(), prefix: "two")
        _ = try await one.submit(try QueueBench.submission("a"))
        #expect(try await two.claim(QueueBench.request()) == nil)
        #expect(try await one.claim(QueueBench.request()) != nil)
        let keys = try await fixture.client.call(RedisCommand("KEYS", "*")).array?.compactMap(\.text) ?? []
        #expect(keys.allSatisfy { $0.hasPrefix("{one}:") || $0.hasPrefix("{two}:") }, "a slot of a cluster each")
        await fixture.end()
    }

    @Test
    func `A server that may lose what it confirmed is refused with what to change`() async throws {
        let good = try await StoreFixture()
        #expect(try await RedisChecks.check(good.client, acceptsLoss: false) == [])
        let wrong = [
            ("appendonly", "no", "appendonly yes"), ("appendfsync", "everysec", "appendfsync always"),
            ("maxmemory-policy", "allkeys-lru", "maxmemory-policy noeviction"),
        ]
        for (name, value, advice) in wrong {
            let fixture = try await StoreFixture(options: ["--\(name)", value])
            let refused = await #expect(throws: RedisUnfit.self) {
                _ = try await RedisChecks.check(fixture.client, acceptsLoss: false)
            }
            #expect(refused?.description.contains(advice) == true)
            let accepted = try await RedisChecks.check(fixture.client, acceptsLoss: true)
            #expect(accepted.count == 1 && accepted[0].contains(advice))
            await fixture.end()
        }
        await good.end()
    }

    @Test
    func `A server older than 7 is refused`() async throws {
        let fixture = try await StoreFixture()
        let text = "# Server\r\nredis_version:6.2.7\r\n"
        let old = HostileRedis([.text("$\(text.utf8.count)\r\n\(text)\r\n")], on: fixture.loop)
        let client = try fixture.another(port: try await old.start())
        let refused = await #expect(throws: RedisUnfit.self) {
            _ = try await RedisChecks.check(client, acceptsLoss: true)
        }
        #expect(refused?.description.contains("6") == true)
        await client.close()
        await old.stop()
        await fixture.end()
    }
}

extension RedisJobStore {
    fileprivate func close() async { await client.close() }
}
