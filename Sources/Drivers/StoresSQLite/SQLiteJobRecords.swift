internal import Jobs
internal import SQLite

/// The rules' view of one transaction.
struct SQLiteJobRecords: JobRecords {
    let transaction: Transaction

    func nextSequence() throws -> Int64 {
        try one("UPDATE queue SET sequence = sequence + 1 RETURNING sequence AS value")
    }

    func epoch() throws -> Int { try one("SELECT epoch AS value FROM queue") }

    func isPaused() throws -> Bool { try one("SELECT is_paused AS value FROM queue") }

    func setPaused(_ isPaused: Bool) throws { try transaction.execute("UPDATE queue SET is_paused = \(isPaused)") }

    /// The column `value` of the only row.
    func one<Value: SQLiteConvertible>(_ sql: SQL) throws -> Value {
        guard let value: Value = try transaction.first(sql, { try $0["value"] }) else {
            throw JobStoreError.broken("a row that is always there is missing")
        }
        return value
    }

    // MARK: Results and checkpoints

    func result(of execution: ExecutionID) throws -> [UInt8]? {
        try transaction.first("SELECT bytes FROM results WHERE execution = \(execution.text)") { try $0["bytes"] }
    }

    func setResult(_ bytes: [UInt8], of execution: ExecutionID) throws {
        try transaction.execute(
            "INSERT OR REPLACE INTO results (execution, bytes) VALUES (\(execution.text), \(bytes))")
    }

    func removeResult(of execution: ExecutionID) throws {
        try transaction.execute("DELETE FROM results WHERE execution = \(execution.text)")
    }

    func checkpoints(of execution: ExecutionID) throws -> [Int: [UInt8]] {
        var checkpoints: [Int: [UInt8]] = [:]
        try transaction.forEach("SELECT number, bytes FROM checkpoints WHERE execution = \(execution.text)") { row in
            checkpoints[try row["number"]] = try row["bytes"]
            return true
        }
        return checkpoints
    }

    func setCheckpoint(_ number: Int, _ bytes: [UInt8], of execution: ExecutionID) throws {
        try transaction.execute(
            """
            INSERT OR REPLACE INTO checkpoints (execution, number, bytes)
            VALUES (\(execution.text), \(number), \(bytes))
            """)
    }

    func removeCheckpoints(of execution: ExecutionID) throws {
        try transaction.execute("DELETE FROM checkpoints WHERE execution = \(execution.text)")
    }

    // MARK: Runs

    func addRun(_ run: RecentRun) throws {
        try transaction.execute(
            """
            INSERT INTO runs (engine, model, lane, audio_seconds, wait, run)
            VALUES (\(run.engine), \(run.model), \(run.lane.rawValue), \(run.audioSeconds), \(run.wait), \(run.run))
            """)
        try transaction.execute("DELETE FROM runs WHERE id <= (SELECT max(id) FROM runs) - \(JobRules.runsKept)")
    }

    func recentRuns(limit: Int) throws -> [RecentRun] {
        try transaction.all("SELECT * FROM runs ORDER BY id DESC LIMIT \(max(0, limit))") { row in
            RecentRun(
                engine: try row["engine"], model: try row["model"], lane: try Coding.lane(try row["lane"]),
                audioSeconds: try row["audio_seconds"], wait: try row["wait"], run: try row["run"])
        }
    }
}
