import Jobs
import Redis
import RedisTesting
import StoresRedis
import Testing

@Suite(.enabled(if: RedisProcess.isInstalled, "needs redis-server"), .timeLimit(.minutes(5)))
struct FaultTests {
    @Test
    func `A worker that was frozen past its lease changes nothing when it goes on`() async throws {
        let fixture = try await StoreFixture()
        let (frozen, other) = (QueueBench.store(fixture.client), QueueBench.store(fixture.client))
        _ = try await frozen.submit(try QueueBench.submission("a"))
        let stale = try #require(try await frozen.claim(QueueBench.request(lease: 0.05)))
        while try await other.reclaim().isEmpty {}
        let fresh = try #require(try await other.claim(QueueBench.request()))
        let late = await QueueBench.error {
            _ = try await frozen.finish(stale.token, .succeeded(result: [66], audioSeconds: 1))
        }
        #expect(late == .leaseLost)
        #expect(await QueueBench.error { try await frozen.checkpoint(stale.token, 1, [1]) } == .leaseLost)
        _ = try await other.finish(fresh.token, .succeeded(result: [7], audioSeconds: 1))
        let job = try #require(JobID("a"))
        #expect(try await frozen.result(of: job, owner: nil) == [7])
        await fixture.end()
    }

    @Test
    func `Of two workers that are forced onto one job exactly one result is seen, a hundred times`() async throws {
        let fixture = try await StoreFixture()
        let second = try fixture.another()
        let stores = [QueueBench.store(fixture.client), QueueBench.store(second)]
        for round in 0..<100 {
            let view = try await stores[0].submit(try QueueBench.submission("j\(round)")).view
            let claim = try #require(try await stores[0].claim(QueueBench.request()))
            let counted = await withTaskGroup(of: UInt8?.self) { group in
                for (number, store) in stores.enumerated() {
                    group.addTask {
                        let result = [UInt8(number)]
                        let outcome = Outcome.succeeded(result: result, audioSeconds: 1)
                        return await QueueBench.error { _ = try await store.finish(claim.token, outcome) } == nil
                            ? UInt8(number) : nil
                    }
                }
                return await group.reduce(into: [UInt8]()) { if let number = $1 { $0.append(number) } }
            }
            #expect(counted.count == 1)
            #expect(try await stores[0].result(of: view.job.id, owner: nil) == counted)
        }
        await second.close()
        await fixture.end()
    }

    @Test
    func `A full server refuses with a reason, loses nothing, and goes on when there is room`() async throws {
        let fixture = try await StoreFixture(options: ["--maxmemory", "6mb"])
        let store = QueueBench.store(fixture.client)
        var rules = QueueBench.rules()
        rules.waitingPerOwner = .max
        let filling = RedisJobStore(fixture.client, rules: rules)
        var acknowledged: [JobID] = []
        var refusal: JobStoreError?
        let name = String(repeating: "long", count: 500)
        while refusal == nil, acknowledged.count < 20_000 {
            let submission = try QueueBench.submission("j\(acknowledged.count)", name: name)
            refusal = await QueueBench.error { _ = try await filling.submit(submission) }
            if refusal == nil { acknowledged.append(submission.id) }
        }
        #expect(refusal == .noRoom)
        #expect(!acknowledged.isEmpty)
        // What needs no room works: claiming, renewing, giving back, cancelling.
        let claim = try #require(try await store.claim(QueueBench.request()))
        _ = try await store.heartbeat(claim.token, lease: 30, ExecutionProgress(done: 1), lane: .short)
        let large = Outcome.succeeded(result: [UInt8](repeating: 1, count: 1000), audioSeconds: 1)
        #expect(await QueueBench.error { _ = try await store.finish(claim.token, large) } == .noRoom)
        #expect(try await store.job(claim.jobs[0].id, owner: nil)?.state == .running, "it was not ended by halves")
        _ = try await store.finish(claim.token, .released)
        #expect(try await store.statistics().jobs == [.queued: acknowledged.count])
        _ = try await fixture.client.call(RedisCommand("CONFIG", "SET", "maxmemory", 0))
        var done: Set<JobID> = []
        while let claim = try await store.claim(QueueBench.request()) {
            for job in try await store.finish(claim.token, large).jobs { done.insert(job.id) }
        }
        #expect(done == Set(acknowledged))
        await fixture.end()
    }

    @Test(arguments: [FaultyLink.Mode.swallow, .swallowAnswers, .reset])
    func `A partition fails calls in time, and nothing is lost or doubled when it heals`(mode: FaultyLink.Mode)
        async throws
    {
        let fixture = try await StoreFixture()
        let link = FaultyLink(to: fixture.server.port, on: fixture.loop)
        let client = try fixture.another(deadline: .seconds(1), port: try await link.start())
        let (near, cut) = (QueueBench.store(fixture.client), QueueBench.store(client))
        _ = try await near.submit(try QueueBench.submission("before"))
        while await QueueBench.error({ _ = try await cut.job(JobID.random(), owner: nil) }) != nil {}
        await link.set(mode)
        let clock = ContinuousClock()
        var acknowledged: Set<String> = ["before"]
        for number in 0..<3 {
            let duration = try await clock.measure {
                let submission = try QueueBench.submission("during\(number)")
                let error = await QueueBench.error { _ = try await cut.submit(submission) }
                #expect(error?.isBroken == true)
            }
            #expect(duration < .seconds(4))
        }
        await link.set(.forward)
        await link.cut()
        for number in 0..<5 {
            let submission = try QueueBench.submission("after\(number)")
            while await QueueBench.error({ _ = try await cut.submit(submission) }) != nil {}
            acknowledged.insert("after\(number)")
        }
        var done: [String] = []
        while let claim = try await cut.claim(QueueBench.request()) {
            let finished = try await cut.finish(claim.token, .succeeded(result: [1], audioSeconds: 1))
            done += finished.jobs.map(\.id.text)
        }
        #expect(Set(done).count == done.count, "each once")
        #expect(acknowledged.isSubset(of: done))
        await client.close()
        await link.stop()
        await fixture.end()
    }

    @Test
    func `A submission whose answer was lost is asked again and is the same one`() async throws {
        let fixture = try await StoreFixture()
        let link = FaultyLink(to: fixture.server.port, on: fixture.loop)
        let client = try fixture.another(deadline: .seconds(10), port: try await link.start())
        let store = QueueBench.store(client)
        _ = try await store.submit(try QueueBench.submission("first"))
        await link.set(.swallowAnswers)
        let before = await link.pieces
        async let submitted = store.submit(try QueueBench.submission("second"))
        await link.received(before + 1)
        // The server has it when it shows it to somebody else.
        let direct = QueueBench.store(fixture.client)
        let second = try #require(JobID("second"))
        while try await direct.job(second, owner: nil) == nil {}
        await link.set(.forward)
        await link.cut()
        guard case .queued(let view) = try await submitted else {
            Issue.record("it was new, whatever became of the first answer")
            return
        }
        #expect(try await direct.jobs(JobQuery(owner: nil)).map(\.execution.id).contains(view.execution.id))
        #expect(try await direct.statistics().jobs == [.queued: 2])
        await client.close()
        await link.stop()
        await fixture.end()
    }

    @Test
    func `What was acknowledged is there after each of ten deaths of the server`() async throws {
        let fixture = try await StoreFixture()
        let store = QueueBench.store(fixture.client)
        for round in 0..<10 {
            let (claimed, queued) = (try QueueBench.submission("c\(round)"), try QueueBench.submission("q\(round)"))
            _ = try await store.submit(claimed)
            let claim = try #require(try await store.claim(QueueBench.request()))
            try await store.checkpoint(claim.token, 1, [UInt8(round)])
            _ = try await store.submit(queued)
            fixture.server.kill()
            try fixture.server.start()
            // The first call after a death may have been sent into it.
            while await QueueBench.error({ _ = try await store.statistics() }) != nil {}
            #expect(try await store.checkpoints(claim.token) == [1: [UInt8(round)]])
            _ = try await store.finish(claim.token, .succeeded(result: [1], audioSeconds: 1))
            let next = try #require(try await store.claim(QueueBench.request()))
            #expect(next.jobs.map(\.id) == [queued.id])
            _ = try await store.finish(next.token, .succeeded(result: [2], audioSeconds: 1))
        }
        #expect(try await store.statistics().jobs == [.succeeded: 20])
        await fixture.end()
    }
}

extension JobID {
    fileprivate static func random() -> JobID {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }
}
