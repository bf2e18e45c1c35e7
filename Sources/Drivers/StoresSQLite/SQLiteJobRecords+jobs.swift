internal import Jobs
internal import SQLite

extension SQLiteJobRecords {
    func job(_ id: JobID) throws -> Job? {
        try transaction.first("SELECT \(Coding.jobColumns) FROM jobs j WHERE j.id = \(id.text)", Coding.job)
    }

    func jobs(of execution: ExecutionID) throws -> [Job] {
        try transaction.all(
            "SELECT \(Coding.jobColumns) FROM jobs j WHERE j.execution = \(execution.text) ORDER BY j.sequence",
            Coding.job)
    }

    func insert(_ job: Job, sequence: Int64) throws {
        let callback = try job.callback.map { try Coding.json($0) }
        try transaction.execute(
            """
            INSERT INTO jobs (
                id, sequence, owner, execution, name, priority, batch, callback, digest, is_ephemeral, is_cancelled,
                created_at, is_waiting
            ) VALUES (
                \(job.id.text), \(sequence), \(job.owner.text), \(job.execution.text), \(job.name), \(job.priority),
                \(job.batch?.text), \(callback), \(job.digest), \(job.isEphemeral), \(job.isCancelled),
                \(job.createdAt),
                (SELECT state IN ('queued', 'waiting') FROM executions WHERE id = \(job.execution.text)))
            """)
    }

    func update(_ job: Job) throws {
        let callback = try job.callback.map { try Coding.json($0) }
        let changed = try transaction.execute(
            """
            UPDATE jobs SET execution = \(job.execution.text), name = \(job.name), priority = \(job.priority),
                batch = \(job.batch?.text), callback = \(callback), digest = \(job.digest),
                is_ephemeral = \(job.isEphemeral), is_cancelled = \(job.isCancelled),
                is_waiting =
                    (SELECT state IN ('queued', 'waiting') FROM executions WHERE id = \(job.execution.text))
            WHERE id = \(job.id.text)
            """)
        guard changed == 1 else { throw JobStoreError.notFound }
    }

    func removeJob(_ id: JobID) throws {
        try transaction.execute("DELETE FROM jobs WHERE id = \(id.text)")
    }

    func ephemeralJobs() throws -> [Job] {
        try transaction.all("SELECT \(Coding.jobColumns) FROM jobs j WHERE j.is_ephemeral = 1", Coding.job)
    }

    func views(_ query: JobQuery) throws -> [JobView] {
        var conditions: SQL = "j.execution = e.id"
        if let owner = query.owner { conditions = "\(conditions) AND j.owner = \(owner.text)" }
        if let batch = query.batch { conditions = "\(conditions) AND j.batch = \(batch.text)" }
        if query.states.count < ExecutionState.allCases.count {
            let states = try Coding.json(query.states.map(\.rawValue))
            conditions = """
                \(conditions) AND CASE WHEN j.is_cancelled THEN 'cancelled' ELSE e.state END
                    IN (SELECT value FROM json_each(\(states)))
                """
        }
        return try transaction.all(
            """
            SELECT \(Coding.jobColumns), e.* FROM jobs j CROSS JOIN executions e WHERE \(conditions)
            ORDER BY j.sequence DESC LIMIT \(max(0, query.limit))
            """
        ) { JobView(job: try Coding.job($0), execution: try Coding.execution($0).execution) }
    }

    func waitingJobs(of owner: Owner) throws -> Int {
        try one(
            """
            SELECT count(*) AS value FROM jobs
            WHERE owner = \(owner.text) AND is_waiting = 1 AND is_cancelled = 0
            """)
    }

    func jobCounts() throws -> [ExecutionState: Int] {
        var counts: [ExecutionState: Int] = [:]
        try transaction.forEach(
            """
            SELECT CASE WHEN j.is_cancelled THEN 'cancelled' ELSE e.state END AS state, count(*) AS n
            FROM jobs j JOIN executions e ON e.id = j.execution GROUP BY 1
            """
        ) { row in
            counts[try Coding.state(try row["state"])] = try row["n"]
            return true
        }
        return counts
    }
}
