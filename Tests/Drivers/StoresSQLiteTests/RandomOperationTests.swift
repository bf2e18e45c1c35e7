import JobStoreConformance
import Jobs
import SQLite
import StoresSQLite
import Testing

@Suite(.timeLimit(.minutes(10)))
struct RandomOperationTests {
    private static let seeds = 12

    @Test(arguments: 1...Self.seeds)
    func `Random operations get the same answers from memory and from SQLite`(seed: Int) async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        let clock = ManualClock()
        let memory = MemoryJobStore(rules: RandomOperationMaker.rules(clock))
        let sqlite = try await SQLiteJobStore.open(database, rules: RandomOperationMaker.rules(clock))
        var maker = RandomOperationMaker(seed: seed, clock: clock)
        var answered: [String: Int] = [:]
        for step in 0..<400 {
            clock.advance(Double(maker.number(0..<6)))
            let operation = maker.next()
            let answers = (await operation.answer(of: memory), await operation.answer(of: sqlite))
            try #require(answers.0 == answers.1, "step \(step) of seed \(seed): \(operation)")
            answered[String(answers.0.prefix { $0 != "(" }), default: 0] += 1
            let query = JobQuery(owner: nil, limit: 1000)
            let views = (try await memory.jobs(query), try await sqlite.jobs(query))
            try #require(views.0 == views.1, "jobs after step \(step) of seed \(seed): \(operation)")
            try await maker.learn(from: memory)
        }
        let statistics = (try await memory.statistics(), try await sqlite.statistics())
        #expect(statistics.0 == statistics.1)
        let media = (try await memory.keptMedia(), try await sqlite.keptMedia())
        #expect(media.0 == media.1)
        let runs = (try await memory.recentRuns(limit: 100), try await sqlite.recentRuns(limit: 100))
        #expect(runs.0 == runs.1)
        // Enough of it was possible, and enough refused.
        #expect((answered["queued"] ?? 0) > 8 && (answered["Finished"] ?? 0) > 3, "\(answered)")
        try await Self.checkInvariants(database)
        try await database.close()
    }

    /// What the triggers count is what is there; nothing refers to nothing.
    private static func checkInvariants(_ database: SQLiteDatabase) async throws {
        let wrong: [(String, SQL)] = [
            (
                "lines",
                """
                SELECT count(*) AS n FROM turns WHERE waiting <> (SELECT count(*) FROM executions e
                    WHERE e.lane = turns.lane AND e.owner = turns.owner AND e.state IN ('queued', 'waiting'))
                """
            ),
            (
                "executions outside every line",
                """
                SELECT count(*) AS n FROM executions e WHERE state IN ('queued', 'waiting')
                    AND NOT EXISTS (SELECT 1 FROM turns WHERE lane = e.lane AND owner = e.owner)
                """
            ),
            (
                "waiting jobs",
                """
                SELECT count(*) AS n FROM jobs j JOIN executions e ON e.id = j.execution
                WHERE j.is_waiting <> (e.state IN ('queued', 'waiting'))
                """
            ),
            (
                "deserted executions that are unfinished",
                """
                SELECT count(*) AS n FROM executions e WHERE state IN ('queued', 'running', 'waiting')
                    AND NOT EXISTS (SELECT 1 FROM jobs WHERE execution = e.id AND is_cancelled = 0)
                """
            ),
            (
                "checkpoints of ended executions",
                """
                SELECT count(*) AS n FROM checkpoints c JOIN executions e ON e.id = c.execution
                WHERE e.state NOT IN ('queued', 'running', 'waiting')
                """
            ),
            (
                "ephemeral executions with durable jobs",
                """
                SELECT count(*) AS n FROM jobs j JOIN executions e ON e.id = j.execution
                WHERE e.is_ephemeral = 1 AND j.is_ephemeral = 0
                """
            ),
        ]
        for (name, query) in wrong {
            let count: Int? = try await database.read { try $0.first(query) { try $0["n"] } }
            #expect(count == 0, "\(name)")
        }
    }
}
