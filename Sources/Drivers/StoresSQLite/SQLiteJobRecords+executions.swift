internal import Jobs
internal import SQLite

extension SQLiteJobRecords {
    func execution(_ id: ExecutionID) throws -> ExecutionRecord? {
        try transaction.first("SELECT * FROM executions WHERE id = \(id.text)", Coding.execution)
    }

    func unfinishedExecution(key: String) throws -> ExecutionRecord? {
        try transaction.first(
            "SELECT * FROM executions WHERE key = \(key) AND state IN ('queued', 'running', 'waiting')",
            Coding.execution)
    }

    func insert(_ record: ExecutionRecord) throws {
        let execution = record.execution
        let media = execution.media?.columns
        let failure = try execution.failure.map { try Coding.json($0) }
        try transaction.execute(
            """
            INSERT INTO executions (
                id, sequence, key, task, media_kind, media_name, media_bytes, lane, priority, owner, is_ephemeral,
                state, attempt, errors, crashes, not_before, lease_ends, done, total, failure, created_at, started_at,
                finished_at, first_started_at, claimed_at, batch, keep_media, keep_text
            ) VALUES (
                \(execution.id.text), \(record.sequence), \(execution.key), \(try Coding.json(execution.order)),
                \(media?.kind), \(media?.name), \(media?.bytes), \(execution.lane.rawValue), \(execution.priority),
                \(execution.owner.text), \(execution.isEphemeral), \(execution.state.rawValue), \(execution.attempt),
                \(execution.errors), \(execution.crashes), \(execution.notBefore), \(execution.leaseEnds),
                \(execution.progress.done), \(execution.progress.total), \(failure), \(execution.createdAt),
                \(execution.startedAt), \(execution.finishedAt), \(record.firstStartedAt), \(record.claimedAt),
                \(execution.batch?.text), \(execution.keeping.media), \(execution.keeping.text))
            """)
    }

    func update(_ record: ExecutionRecord, _ fence: Fence) throws {
        let execution = record.execution
        let media = execution.media?.columns
        let failure = try execution.failure.map { try Coding.json($0) }
        let changed = try transaction.execute(
            """
            UPDATE executions SET key = \(execution.key), media_kind = \(media?.kind), media_name = \(media?.name),
                media_bytes = \(media?.bytes), lane = \(execution.lane.rawValue), priority = \(execution.priority),
                is_ephemeral = \(execution.isEphemeral), state = \(execution.state.rawValue),
                attempt = \(execution.attempt), errors = \(execution.errors), crashes = \(execution.crashes),
                not_before = \(execution.notBefore), lease_ends = \(execution.leaseEnds),
                done = \(execution.progress.done), total = \(execution.progress.total), failure = \(failure),
                started_at = \(execution.startedAt), finished_at = \(execution.finishedAt),
                first_started_at = \(record.firstStartedAt), claimed_at = \(record.claimedAt),
                keep_media = \(execution.keeping.media), keep_text = \(execution.keeping.text)
            WHERE id = \(execution.id.text) AND attempt = \(fence.attempt) AND state = \(fence.state.rawValue)
            """)
        guard changed == 1 else { throw JobStoreError.leaseLost }
    }

    func removeExecution(_ id: ExecutionID) throws {
        try transaction.execute("DELETE FROM executions WHERE id = \(id.text)")
    }

    private func executions(_ condition: SQL) throws -> [ExecutionRecord] {
        try transaction.all("SELECT * FROM executions WHERE \(condition) ORDER BY sequence", Coding.execution)
    }

    func running() throws -> [ExecutionRecord] { try executions("state = 'running'") }

    func waitingForRetry() throws -> [ExecutionRecord] { try executions("state = 'waiting'") }

    func perishable() throws -> [ExecutionRecord] {
        try executions(
            """
            is_ephemeral = 1 OR media_kind = 'passing'
                OR (media_kind IS NULL AND state IN ('queued', 'running', 'waiting'))
            """)
    }

    func finished(before wall: Double, now: Double) throws -> [ExecutionRecord] {
        try executions(
            "finished_at < \(wall) AND (state <> 'succeeded' OR finished_at + keep_text < \(now))")
    }

    func finishedWithMedia(_ state: ExecutionState, before wall: Double, now: Double) throws -> [ExecutionRecord] {
        try executions(
            """
            state = \(state.rawValue) AND finished_at < \(wall) AND media_name IS NOT NULL
                AND media_kind IN ('kept', 'passing')
                AND (state <> 'succeeded' OR finished_at + keep_media < \(now))
            """)
    }

    func refers(to media: MediaReference) throws -> Bool {
        let columns = media.columns
        return try one(
            """
            SELECT EXISTS (SELECT 1 FROM executions
                WHERE media_name = \(columns.name) AND media_kind = \(columns.kind)) AS value
            """)
    }

    func keptMedia() throws -> Set<String> {
        Set(
            try transaction.all(
                "SELECT media_name FROM executions WHERE media_name IS NOT NULL AND media_kind = 'kept'"
            ) { try $0["media_name"] as String })
    }
}
