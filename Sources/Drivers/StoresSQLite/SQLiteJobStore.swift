public import Jobs
public import SQLite

/// The queue in a SQLite file, for one server at a time.
///
/// Requests and ends of attempts are synchronised to the disk before they are answered. Claims, heartbeats and
/// checkpoints are not: a power cut that loses one also ends the worker that made it.
public struct SQLiteJobStore: JobStore {
    private let database: SQLiteDatabase
    private let rules: JobRules
    private let faults: any FaultPoints
    /// Rises each time a server takes the queue over.
    private let epoch: Int
    /// Media that nobody refers to any more since the last stop; the caller removes it.
    public let droppedMedia: [MediaReference]

    private init(
        database: SQLiteDatabase, rules: JobRules, faults: any FaultPoints, epoch: Int, droppedMedia: [MediaReference]
    ) {
        self.database = database
        self.rules = rules
        self.faults = faults
        self.epoch = epoch
        self.droppedMedia = droppedMedia
    }

    /// Takes the queue over from whoever had it: every lease of an earlier server has ended, and what was ephemeral is
    /// gone. A server that still has the file open, stopped perhaps, changes nothing in the queue any more.
    ///
    /// - Parameter boot: names this start of the machine.
    public static func open(
        _ database: SQLiteDatabase, rules: JobRules, boot: String = BootIdentifier.current(),
        faults: any FaultPoints = NoFaults()
    ) async throws(JobStoreError) -> SQLiteJobStore {
        let (epoch, dropped) = try await JobStoreError.translating {
            try await database.write { transaction in
                let records = SQLiteJobRecords(transaction: transaction)
                let before: String = try records.one("SELECT boot AS value FROM queue")
                try transaction.execute("UPDATE queue SET boot = \(boot), epoch = epoch + 1")
                let isNewBoot = boot.isEmpty || boot != before
                return (try records.epoch(), try rules.restart(isNewBoot: isNewBoot, records))
            }
        }
        return SQLiteJobStore(
            database: database, rules: rules, faults: faults, epoch: epoch, droppedMedia: dropped)
    }

    private func write<Value: Sendable>(
        _ before: StaticString, _ after: StaticString, _ durability: Durability = .full,
        _ body: @escaping @Sendable (JobRules, SQLiteJobRecords) throws -> Value
    ) async throws(JobStoreError) -> Value {
        try await JobStoreError.translating {
            try await faults.step(before)
            let value = try await database.write(durability: durability) { [rules, epoch] transaction in
                let records = SQLiteJobRecords(transaction: transaction)
                guard try records.epoch() == epoch else {
                    throw JobStoreError.broken("another server has taken this data folder over; stop one of the two")
                }
                return try body(rules, records)
            }
            try await faults.step(after)
            return value
        }
    }

    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (JobRules, SQLiteJobRecords) throws -> Value
    ) async throws(JobStoreError) -> Value {
        try await JobStoreError.translating {
            try await database.read { [rules] in try body(rules, SQLiteJobRecords(transaction: $0)) }
        }
    }
}

// MARK: Requests

extension SQLiteJobStore {
    public func submit(_ submission: Submission) async throws(JobStoreError) -> Submitted {
        try await write("submit.begin", "submit.committed", submission.isEphemeral ? .relaxed : .full) {
            try $0.submit(submission, $1)
        }
    }

    public func settle(_ execution: ExecutionID, key: String, media: MediaReference, digest: String?, isDurable: Bool)
        async throws(JobStoreError) -> Settled
    {
        try await write("settle.begin", "settle.committed", isDurable ? .full : .relaxed) {
            try $0.settle(execution, key: key, media: media, digest: digest, isDurable: isDurable, $1)
        }
    }

    public func job(_ id: JobID, owner: Owner?) async throws(JobStoreError) -> JobView? {
        try await read { try $0.owned(id, owner, $1) }
    }

    public func jobs(_ query: JobQuery) async throws(JobStoreError) -> [JobView] {
        try await read { try $1.views(query) }
    }

    public func result(of id: JobID, owner: Owner?) async throws(JobStoreError) -> [UInt8]? {
        try await read { try $0.result(of: id, owner: owner, $1) }
    }

    public func position(of id: JobID) async throws(JobStoreError) -> Int? {
        try await read { try $0.position(of: id, $1) }
    }

    public func cancel(_ id: JobID, owner: Owner?) async throws(JobStoreError) -> Cancelled {
        try await write("cancel.begin", "cancel.committed") { try $0.cancel(id, owner: owner, $1) }
    }

    public func retry(_ id: JobID, owner: Owner?) async throws(JobStoreError) -> JobView? {
        try await write("retry.begin", "retry.committed") { try $0.retry(id, owner: owner, $1) }
    }

    public func delete(_ id: JobID, owner: Owner?) async throws(JobStoreError) -> Deleted {
        try await write("delete.begin", "delete.committed") { try $0.delete(id, owner: owner, $1) }
    }
}

extension SQLiteJobStore {
    public func shed(_ id: JobID, owner: Owner?, media: Bool, text: Bool) async throws(JobStoreError) -> Shed {
        try await write("shed.begin", "shed.committed") {
            try $0.shed(id, owner: owner, media: media, text: text, $1)
        }
    }
}

// MARK: Work

extension SQLiteJobStore {
    public func claim(_ request: ClaimRequest) async throws(JobStoreError) -> Claim? {
        try await write("claim.begin", "claim.committed", .relaxed) { try $0.claim(request, $1) }
    }

    public func nextDue() async throws(JobStoreError) -> Double? { try await read { try $0.nextDue($1) } }

    public func heartbeat(_ token: ClaimToken, lease: Double, _ progress: ExecutionProgress, lane: Lane)
        async throws(JobStoreError) -> Heartbeat
    {
        try await write("heartbeat.begin", "heartbeat.committed", .relaxed) {
            try $0.heartbeat(token, lease: lease, progress, lane: lane, $1)
        }
    }

    public func checkpoint(_ token: ClaimToken, _ number: Int, _ bytes: [UInt8]) async throws(JobStoreError) {
        try await write("checkpoint.begin", "checkpoint.committed", .relaxed) {
            try $0.checkpoint(token, number, bytes, $1)
        }
    }

    public func checkpoints(_ token: ClaimToken) async throws(JobStoreError) -> [Int: [UInt8]] {
        try await read { try $0.checkpoints(token, $1) }
    }

    public func discardCheckpoints(_ token: ClaimToken) async throws(JobStoreError) {
        try await write("discard.begin", "discard.committed", .relaxed) { try $0.discardCheckpoints(token, $1) }
    }

    public func finish(_ token: ClaimToken, _ outcome: Outcome) async throws(JobStoreError) -> Finished {
        // Nothing ephemeral outlives the process, so it need not wait for the disk. It may become a promise between
        // the look and the write, which then writes nothing and is made again.
        if try await read({ try $1.execution(token.execution)?.execution.isEphemeral }) == true {
            let finished = try await write("finish.begin", "finish.committed", .relaxed) {
                let isEphemeral = try $1.execution(token.execution)?.execution.isEphemeral
                return isEphemeral == false ? nil : try $0.finish(token, outcome, $1)
            }
            if let finished { return finished }
        }
        return try await write("finish.begin", "finish.committed") { try $0.finish(token, outcome, $1) }
    }

    public func reclaim() async throws(JobStoreError) -> [ExecutionID] {
        try await write("reclaim.begin", "reclaim.committed", .relaxed) { try $0.reclaim($1) }
    }
}

// MARK: Announcements

extension SQLiteJobStore {
    public func dueAnnouncements(_ query: AnnouncementQuery) async throws(JobStoreError) -> [Announcement] {
        try await read { try $0.dueAnnouncements(query, $1) }
    }

    public func nextAnnouncement(_ query: AnnouncementQuery) async throws(JobStoreError) -> Double? {
        try await read { try $0.nextAnnouncement(query, $1) }
    }

    public func postpone(_ announcement: String, by seconds: Double) async throws(JobStoreError) {
        try await write("postpone.begin", "postpone.committed", .relaxed) {
            try $0.postpone(announcement, by: seconds, $1)
        }
    }

    public func removeAnnouncement(_ id: String) async throws(JobStoreError) {
        try await write("announced.begin", "announced.committed", .relaxed) { try $1.removeAnnouncement(id) }
    }
}

// MARK: Care

extension SQLiteJobStore {
    public func prune(finishedBefore wall: Double) async throws(JobStoreError) -> Pruned {
        try await write("prune.begin", "prune.committed") { try $0.prune(finishedBefore: wall, $1) }
    }

    public func keptMedia() async throws(JobStoreError) -> Set<String> { try await read { try $1.keptMedia() } }

    public func setPaused(_ isPaused: Bool) async throws(JobStoreError) {
        try await write("pause.begin", "pause.committed") { try $1.setPaused(isPaused) }
    }

    public func statistics() async throws(JobStoreError) -> QueueStatistics {
        try await read { try $0.statistics($1) }
    }

    public func recentRuns(limit: Int) async throws(JobStoreError) -> [RecentRun] {
        try await read { try $1.recentRuns(limit: limit) }
    }
}
