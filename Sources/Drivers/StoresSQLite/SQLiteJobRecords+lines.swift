internal import Jobs
internal import SQLite

/// Who is next. No query here takes longer when an owner has more
/// executions waiting.
extension SQLiteJobRecords {
    static func candidateQuery(_ lane: Lane, _ request: ClaimRequest, now: Double) -> SQL {
        """
        SELECT e.* FROM turns t CROSS JOIN executions e ON e.id = (
            SELECT id FROM executions
            WHERE lane = t.lane AND owner = t.owner AND state IN ('queued', 'waiting')
                AND (not_before IS NULL OR not_before <= \(now))
                AND (batch IS NULL OR (SELECT count(*) FROM executions r INDEXED BY executions_running
                    WHERE r.batch = executions.batch AND r.state = 'running') < \(request.perBatch))
                \(fitting(request.engines))
            ORDER BY priority DESC, sequence LIMIT 1)
        WHERE t.lane = \(lane.rawValue) AND t.waiting > 0
            AND (t.owner = \(Owner.local.text) OR (SELECT count(*) FROM executions INDEXED BY executions_running
                WHERE owner = t.owner AND state = 'running') < \(request.perOwner))
        ORDER BY e.priority DESC, t.served LIMIT 1
        """
    }

    /// The names as one JSON text: the statement stays the same for any number of them.
    private static func fitting(_ engines: Set<EngineName>?) -> SQL {
        guard let engines else { return "" }
        let names = (try? Coding.json(engines.map(\.text))) ?? "[]"
        return """
            AND (json_extract(task, '$.engine') || '/' || json_extract(task, '$.model')
                    IN (SELECT value FROM json_each(\(names)))
                OR json_extract(task, '$.engine') || '/*' IN (SELECT value FROM json_each(\(names))))
            """
    }

    func candidate(_ lane: Lane, _ request: ClaimRequest, now: Double) throws -> ExecutionRecord? {
        try transaction.first(Self.candidateQuery(lane, request, now: now), Coding.execution)
    }

    func earliestRetry() throws -> Double? {
        try one("SELECT min(not_before) AS value FROM executions WHERE state = 'waiting'")
    }

    func earliestLeaseEnd() throws -> Double? {
        try one("SELECT min(lease_ends) AS value FROM executions WHERE state = 'running'")
    }

    func waitingExecutions(_ lane: Lane) throws -> [Owner: Int] {
        var counts: [Owner: Int] = [:]
        try transaction.forEach(
            "SELECT owner, waiting FROM turns WHERE lane = \(lane.rawValue) AND waiting > 0"
        ) { row in
            counts[Owner(try row["owner"])] = try row["waiting"]
            return true
        }
        return counts
    }

    func runningExecutions(_ lane: Lane) throws -> Int {
        try one("SELECT count(*) AS value FROM executions WHERE state = 'running' AND lane = \(lane.rawValue)")
    }

    func ahead(of record: ExecutionRecord) throws -> Int {
        let execution = record.execution
        return try one(
            """
            SELECT count(*) AS value FROM executions
            WHERE lane = \(execution.lane.rawValue) AND owner = \(execution.owner.text)
                AND state IN ('queued', 'waiting')
                AND (priority > \(execution.priority)
                    OR (priority = \(execution.priority) AND sequence < \(record.sequence)))
            """)
    }

    func turn(_ lane: Lane, _ owner: Owner) throws -> Int64? {
        try transaction.first("SELECT served FROM turns WHERE lane = \(lane.rawValue) AND owner = \(owner.text)") {
            try $0["served"]
        }
    }

    func setTurn(_ lane: Lane, _ owner: Owner, _ number: Int64) throws {
        try transaction.execute(
            """
            INSERT INTO turns (lane, owner, served, waiting) VALUES (\(lane.rawValue), \(owner.text), \(number), 0)
            ON CONFLICT (lane, owner) DO UPDATE SET served = excluded.served
            """)
    }

    func forgetIdleTurns() throws {
        try transaction.execute(
            """
            DELETE FROM turns WHERE waiting = 0
                AND NOT EXISTS (SELECT 1 FROM executions WHERE executions.owner = turns.owner)
            """)
    }
}
