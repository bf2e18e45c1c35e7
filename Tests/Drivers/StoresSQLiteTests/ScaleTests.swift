import JobStoreConformance
import Jobs
import SQLite
import Testing

@testable import StoresSQLite

@Suite(.timeLimit(.minutes(10)))
struct ScaleTests {
    /// How SQLite would answer, one step a line.
    private func plan(_ database: SQLiteDatabase, _ query: SQL) async throws -> [String] {
        try await database.read { try $0.all("EXPLAIN QUERY PLAN \(query)") { try $0["detail"] } }
    }

    @Test func `No query of a worker walks through all executions`() async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        let queries: [(String, SQL)] = [
            (
                "claim",
                SQLiteJobRecords.candidateQuery(.short, ClaimRequest(lanes: [.short], perOwner: 3, perBatch: 3), now: 0)
            ),
            ("lease", "SELECT min(lease_ends) AS value FROM executions WHERE state = 'running'"),
            ("retry", "SELECT min(not_before) AS value FROM executions WHERE state = 'waiting'"),
            ("reclaim", "SELECT * FROM executions WHERE state = 'running' ORDER BY sequence"),
            ("join", "SELECT * FROM executions WHERE key = 'k' AND state IN ('queued', 'running', 'waiting')"),
            ("limit", "SELECT count(*) AS value FROM jobs WHERE owner = 'o' AND is_waiting = 1 AND is_cancelled = 0"),
            ("prune", "SELECT * FROM executions WHERE finished_at < 0 ORDER BY sequence"),
            ("media", "SELECT 1 FROM executions WHERE media_name = 'm' AND media_kind = 'kept'"),
        ]
        for (name, query) in queries {
            for step in try await plan(database, query) where step.hasPrefix("SCAN") {
                // A scan of an index that holds only the few rows in question is what is wanted.
                #expect(step.contains("USING"), "\(name): \(step)")
                #expect(step.contains("executions_running") || step.contains("executions_retry"), "\(name): \(step)")
            }
        }
        let claim = try await plan(database, queries[0].1)
        for index in ["executions_line", "executions_running"] {
            #expect(claim.contains { $0.contains(index) }, "a claim uses \(index): \(claim)")
        }
        // What is sorted is one row for each owner that waits.
        #expect(claim.first?.contains("SEARCH t ") == true, "a claim begins with the owners: \(claim)")
        try await database.close()
    }

    @Test func `A hundred thousand waiting jobs are claimed in order, and counted right`() async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        let store = try await SQLiteJobStore.open(database, rules: StoreFixture.rules(ManualClock()))
        try await Self.fill(database, 100_000, owners: 50)
        var owners: [String] = []
        for _ in 0..<100 {
            let claim = try #require(try await store.claim(ClaimRequest(lanes: [.short], perOwner: 1000)))
            owners.append(claim.execution.owner.text)
            _ = try await store.finish(claim.token, .succeeded(result: [1], audioSeconds: 1))
        }
        #expect(Set(owners.prefix(50)).count == 50)
        #expect(owners.prefix(50) == owners.suffix(50))
        let statistics = try await store.statistics()
        #expect(statistics.lanes[.short]?.waiting == 99_900)
        #expect(statistics.jobs == [.queued: 99_900, .succeeded: 100])
        try await database.close()
    }

    /// One submission for each owner, and copies of it.
    static func fill(_ database: SQLiteDatabase, _ count: Int, owners: Int) async throws {
        let rules = JobRules(waitingPerOwner: .max, clock: ManualClock())
        try await database.write { transaction in
            let records = SQLiteJobRecords(transaction: transaction)
            for number in 0..<owners {
                guard let id = JobID("job-\(number)") else { continue }
                _ = try rules.submit(
                    Submission(
                        id: id, owner: Owner("owner-\(number)"), name: "talk.ogg", digest: "d", isEphemeral: false,
                        key: "key-\(number)", order: TranscriptionOrder(engine: "sphinx", model: "en-us"),
                        media: .kept(name: "media-\(number)", bytes: 1), audioSeconds: 5), records)
            }
            let copies: SQL = """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count / owners - 1))
                """
            try transaction.execute(
                """
                \(copies) INSERT INTO executions SELECT id || '-' || i, sequence + i * \(owners), key || '-' || i, task,
                    media_kind, media_name || '-' || i, media_bytes, lane, priority, owner, is_ephemeral, state,
                    attempt, errors, crashes, not_before, lease_ends, done, total, failure, created_at, started_at,
                    finished_at, first_started_at, claimed_at, batch, keep_media, keep_text
                FROM executions, n
                """)
            try transaction.execute(
                """
                \(copies) INSERT INTO jobs SELECT id || '-' || i, sequence + i * \(owners), owner,
                    execution || '-' || i, name, priority, batch, callback, digest, is_ephemeral, is_cancelled,
                    created_at, is_waiting
                FROM jobs, n
                """)
            try transaction.execute("UPDATE queue SET sequence = \(count)")
        }
    }
}
