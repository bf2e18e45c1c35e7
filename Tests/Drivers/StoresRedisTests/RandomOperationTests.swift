import JobStoreConformance
import Jobs
import Redis
import RedisTesting
import StoresRedis
import Testing

@Suite(.enabled(if: RedisProcess.isInstalled, "needs redis-server"), .timeLimit(.minutes(10)))
struct RandomOperationTests {
    private static let seeds = 12

    @Test(arguments: 1...Self.seeds)
    func `Random operations get the same answers from memory and from Redis`(seed: Int) async throws {
        let fixture = try await StoreFixture()
        let clock = ManualClock()
        let memory = MemoryJobStore(rules: RandomOperationMaker.rules(clock))
        // As many names as one end may need, so that both draw the same ones.
        let redis = RedisJobStore(
            fixture.client, rules: RandomOperationMaker.rules(clock), clock: clock, namesAtOnce: 30)
        var maker = RandomOperationMaker(seed: seed, clock: clock)
        var answered: [String: Int] = [:]
        for step in 0..<400 {
            clock.advance(Double(maker.number(0..<6)))
            let operation = maker.next()
            let answers = (await operation.answer(of: memory), await operation.answer(of: redis))
            try #require(answers.0 == answers.1, "step \(step) of seed \(seed): \(operation)")
            answered[String(answers.0.prefix { $0 != "(" }), default: 0] += 1
            let query = JobQuery(owner: nil, limit: 1000)
            let views = (try await memory.jobs(query), try await redis.jobs(query))
            try #require(views.0 == views.1, "jobs after step \(step) of seed \(seed): \(operation)")
            let statistics = (try await memory.statistics(), try await redis.statistics())
            try #require(statistics.0 == statistics.1, "statistics after step \(step) of seed \(seed): \(operation)")
            try await maker.learn(from: memory)
        }
        let media = (try await memory.keptMedia(), try await redis.keptMedia())
        #expect(media.0 == media.1)
        let runs = (try await memory.recentRuns(limit: 100), try await redis.recentRuns(limit: 100))
        #expect(runs.0 == runs.1)
        // Enough of it was possible, and enough refused.
        #expect((answered["queued"] ?? 0) > 8 && (answered["Finished"] ?? 0) > 3, "\(answered)")
        try await Self.removeEverything(redis, clock)
        #expect(try await fixture.leftovers() == [], "what nobody needs is gone")
        await fixture.end()
    }

    /// Whatever was counted or indexed about jobs goes with the last of them.
    private static func removeEverything(_ store: RedisJobStore, _ clock: ManualClock) async throws {
        for view in try await store.jobs(JobQuery(owner: nil, limit: 1000)) {
            _ = try await store.delete(view.job.id, owner: nil)
        }
        clock.advance(1e6)
        _ = try await store.prune(finishedBefore: clock.now().wall)
    }
}
