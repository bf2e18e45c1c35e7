/// The queue in memory, for programs that end with their work and for tests.
public actor MemoryJobStore: JobStore {
    private let rules: JobRules
    private let records = MemoryJobRecords()

    public init(rules: JobRules) { self.rules = rules }

    private func run<Value>(_ body: (JobRules, MemoryJobRecords) throws -> Value) throws(JobStoreError) -> Value {
        do {
            return try body(rules, records)
        } catch let error as JobStoreError {
            throw error
        } catch {
            throw .broken("\(error)")
        }
    }

    public func submit(_ submission: Submission) throws(JobStoreError) -> Submitted {
        try run { try $0.submit(submission, $1) }
    }

    public func settle(_ execution: ExecutionID, key: String, media: MediaReference, digest: String?, isDurable: Bool)
        throws(JobStoreError) -> Settled
    {
        try run { try $0.settle(execution, key: key, media: media, digest: digest, isDurable: isDurable, $1) }
    }

    public func job(_ id: JobID, owner: Owner?) throws(JobStoreError) -> JobView? {
        try run { try $0.owned(id, owner, $1) }
    }

    public func jobs(_ query: JobQuery) throws(JobStoreError) -> [JobView] { records.views(query) }

    public func result(of id: JobID, owner: Owner?) throws(JobStoreError) -> [UInt8]? {
        try run { try $0.result(of: id, owner: owner, $1) }
    }

    public func position(of id: JobID) throws(JobStoreError) -> Int? { try run { try $0.position(of: id, $1) } }

    public func cancel(_ id: JobID, owner: Owner?) throws(JobStoreError) -> Cancelled {
        try run { try $0.cancel(id, owner: owner, $1) }
    }

    public func retry(_ id: JobID, owner: Owner?) throws(JobStoreError) -> JobView? {
        try run { try $0.retry(id, owner: owner, $1) }
    }

    public func delete(_ id: JobID, owner: Owner?) throws(JobStoreError) -> Deleted {
        try run { try $0.delete(id, owner: owner, $1) }
    }

    public func shed(_ id: JobID, owner: Owner?, media: Bool, text: Bool) throws(JobStoreError) -> Shed {
        try run { try $0.shed(id, owner: owner, media: media, text: text, $1) }
    }

    public func claim(_ request: ClaimRequest) throws(JobStoreError) -> Claim? { try run { try $0.claim(request, $1) } }

    public func nextDue() throws(JobStoreError) -> Double? { try run { try $0.nextDue($1) } }

    public func heartbeat(_ token: ClaimToken, lease: Double, _ progress: ExecutionProgress, lane: Lane)
        throws(JobStoreError) -> Heartbeat
    {
        try run { try $0.heartbeat(token, lease: lease, progress, lane: lane, $1) }
    }

    public func checkpoint(_ token: ClaimToken, _ number: Int, _ bytes: [UInt8]) throws(JobStoreError) {
        try run { try $0.checkpoint(token, number, bytes, $1) }
    }

    public func checkpoints(_ token: ClaimToken) throws(JobStoreError) -> [Int: [UInt8]] {
        try run { try $0.checkpoints(token, $1) }
    }

    public func discardCheckpoints(_ token: ClaimToken) throws(JobStoreError) {
        try run { try $0.discardCheckpoints(token, $1) }
    }

    public func finish(_ token: ClaimToken, _ outcome: Outcome) throws(JobStoreError) -> Finished {
        try run { try $0.finish(token, outcome, $1) }
    }

    public func dueAnnouncements(_ query: AnnouncementQuery) throws(JobStoreError) -> [Announcement] {
        try run { try $0.dueAnnouncements(query, $1) }
    }

    public func nextAnnouncement(_ query: AnnouncementQuery) throws(JobStoreError) -> Double? {
        try run { try $0.nextAnnouncement(query, $1) }
    }

    public func postpone(_ announcement: String, by seconds: Double) throws(JobStoreError) {
        try run { try $0.postpone(announcement, by: seconds, $1) }
    }

    public func removeAnnouncement(_ id: String) throws(JobStoreError) { records.removeAnnouncement(id) }

    public func reclaim() throws(JobStoreError) -> [ExecutionID] { try run { try $0.reclaim($1) } }

    public func prune(finishedBefore wall: Double) throws(JobStoreError) -> Pruned {
        try run { try $0.prune(finishedBefore: wall, $1) }
    }

    public func keptMedia() throws(JobStoreError) -> Set<String> { records.keptMedia() }

    public func setPaused(_ isPaused: Bool) throws(JobStoreError) { records.setPaused(isPaused) }

    public func statistics() throws(JobStoreError) -> QueueStatistics { try run { try $0.statistics($1) } }

    public func recentRuns(limit: Int) throws(JobStoreError) -> [RecentRun] { records.recentRuns(limit: limit) }
}
