internal import FoundationEssentials
internal import Jobs
internal import SQLite

/// Values of Core as columns and back. What cannot be read is an error, never a default.
enum Coding {
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ json: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(json.utf8))
    }

    static func state(_ text: String) throws -> ExecutionState {
        guard let state = ExecutionState(rawValue: text) else { throw unreadable("state") }
        return state
    }

    static func lane(_ number: Int) throws -> Lane {
        guard let lane = Lane(rawValue: number) else { throw unreadable("lane") }
        return lane
    }

    static func jobID(_ text: String) throws -> JobID {
        guard let id = JobID(text) else { throw unreadable("job id") }
        return id
    }

    static func media(_ row: borrowing Row) throws -> MediaReference? {
        guard let kind: String = try row["media_kind"] else { return nil }
        switch kind {
        case "kept": return .kept(name: try row["media_name"], bytes: try row["media_bytes"])
        case "passing": return .passing(name: try row["media_name"])
        case "address": return .address(try row["media_name"])
        default: throw unreadable("media")
        }
    }

    private static func unreadable(_ what: String) -> JobStoreError { .broken("the database holds an unknown \(what)") }

    static func execution(_ row: borrowing Row) throws -> ExecutionRecord {
        var execution = Execution(
            id: ExecutionID(try row["id"]), key: try row["key"], order: try value(try row["task"]),
            media: try media(row), lane: try lane(try row["lane"]), priority: try row["priority"],
            owner: Owner(try row["owner"]), batch: try (row["batch"] as String?).map { try jobID($0) },
            isEphemeral: try row["is_ephemeral"], createdAt: try row["created_at"])
        execution.keeping = Keeping(media: try row["keep_media"], text: try row["keep_text"])
        execution.state = try state(try row["state"])
        execution.attempt = try row["attempt"]
        execution.errors = try row["errors"]
        execution.crashes = try row["crashes"]
        execution.notBefore = try row["not_before"]
        execution.leaseEnds = try row["lease_ends"]
        execution.progress = ExecutionProgress(done: try row["done"], total: try row["total"])
        execution.failure = try (row["failure"] as String?).map { try value($0) }
        execution.startedAt = try row["started_at"]
        execution.finishedAt = try row["finished_at"]
        return ExecutionRecord(
            execution: execution, sequence: try row["sequence"], firstStartedAt: try row["first_started_at"],
            claimedAt: try row["claimed_at"])
    }

    static func job(_ row: borrowing Row) throws -> Job {
        Job(
            id: try jobID(try row["job_id"]), owner: Owner(try row["job_owner"]),
            execution: ExecutionID(try row["job_execution"]), name: try row["job_name"],
            priority: try row["job_priority"], batch: try (row["job_batch"] as String?).map { try jobID($0) },
            callback: try (row["job_callback"] as String?).map { try value($0) }, digest: try row["job_digest"],
            isEphemeral: try row["job_is_ephemeral"], isCancelled: try row["job_is_cancelled"],
            createdAt: try row["job_created_at"])
    }

    /// The columns of a job, named so that an execution's may stand beside them.
    static let jobColumns: SQL = """
        j.id AS job_id, j.owner AS job_owner, j.execution AS job_execution, j.name AS job_name,
        j.priority AS job_priority, j.batch AS job_batch, j.callback AS job_callback, j.digest AS job_digest,
        j.is_ephemeral AS job_is_ephemeral, j.is_cancelled AS job_is_cancelled, j.created_at AS job_created_at
        """
}

extension MediaReference {
    /// What the columns `media_kind`, `media_name` and `media_bytes` hold.
    var columns: (kind: String, name: String, bytes: Int64?) {
        switch self {
        case .kept(let name, let bytes): ("kept", name, bytes)
        case .passing(let name): ("passing", name, nil)
        case .address(let address): ("address", address, nil)
        }
    }
}
