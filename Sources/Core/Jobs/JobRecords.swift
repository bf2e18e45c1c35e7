/// An execution with what only the queue needs to know about it.
public struct ExecutionRecord: Sendable, Hashable {
    public var execution: Execution
    /// Rises with every submission: what came first has the lower one.
    public var sequence: Int64
    /// When it was first claimed, in seconds since 1970.
    public var firstStartedAt: Double?
    /// When it was claimed last; monotonic.
    public var claimedAt: Double?

    public init(execution: Execution, sequence: Int64, firstStartedAt: Double? = nil, claimedAt: Double? = nil) {
        self.execution = execution
        self.sequence = sequence
        self.firstStartedAt = firstStartedAt
        self.claimedAt = claimedAt
    }
}

/// What a change expects to find, so that it cannot overwrite what somebody else did: state and fencing number.
public struct Fence: Sendable, Hashable {
    public var state: ExecutionState
    public var attempt: Int

    public init(_ execution: Execution) {
        state = execution.state
        attempt = execution.attempt
    }
}

/// Where jobs are kept, as `JobRules` needs it: one open transaction. Each call sees what was written before it.
///
/// A store whose transactions run in its own process implements this and leaves every decision to the rules.
public protocol JobRecords {
    /// A number higher than every one before it.
    func nextSequence() throws -> Int64

    func execution(_ id: ExecutionID) throws -> ExecutionRecord?
    func unfinishedExecution(key: String) throws -> ExecutionRecord?
    func insert(_ record: ExecutionRecord) throws
    /// Throws `.leaseLost`, changing nothing, unless exactly one execution stands as the fence says.
    func update(_ record: ExecutionRecord, _ fence: Fence) throws
    /// With its result and checkpoints. No job refers to it.
    func removeExecution(_ id: ExecutionID) throws

    func job(_ id: JobID) throws -> Job?
    /// Oldest first, cancelled ones too.
    func jobs(of execution: ExecutionID) throws -> [Job]
    func insert(_ job: Job, sequence: Int64) throws
    func update(_ job: Job) throws
    /// With its announcements.
    func removeJob(_ id: JobID) throws
    /// Newest first; the states are those that owners see.
    func views(_ query: JobQuery) throws -> [JobView]
    /// Jobs of the owner whose execution is queued or waiting; cancelled ones excepted.
    func waitingJobs(of owner: Owner) throws -> Int
    /// By what their owners see.
    func jobCounts() throws -> [ExecutionState: Int]

    /// The best execution of a lane that may be claimed now, passing over owners and batches that run
    /// as many as the request allows: by
    /// priority, then by the owners' turns, then by age.
    func candidate(_ lane: Lane, _ request: ClaimRequest, now: Double) throws -> ExecutionRecord?
    func running() throws -> [ExecutionRecord]
    func waitingForRetry() throws -> [ExecutionRecord]
    /// What cannot outlive the process: ephemeral ones, those whose media is only passing, unfinished ones without any.
    func perishable() throws -> [ExecutionRecord]
    func ephemeralJobs() throws -> [Job]
    /// When the next one waiting for another try is due; monotonic.
    func earliestRetry() throws -> Double?
    /// When the first lease ends; monotonic.
    func earliestLeaseEnd() throws -> Double?
    /// Executions of a lane that are queued or waiting, by owner.
    func waitingExecutions(_ lane: Lane) throws -> [Owner: Int]
    func runningExecutions(_ lane: Lane) throws -> Int
    /// Queued or waiting executions of the same lane and owner that come before this one.
    func ahead(of record: ExecutionRecord) throws -> Int

    /// When an owner was last served in a lane; the lowest number is next. Nil when it was never seen there.
    func turn(_ lane: Lane, _ owner: Owner) throws -> Int64?
    func setTurn(_ lane: Lane, _ owner: Owner, _ number: Int64) throws
    /// Forgets the turns of owners that have no execution any more.
    func forgetIdleTurns() throws

    func result(of execution: ExecutionID) throws -> [UInt8]?
    func setResult(_ bytes: [UInt8], of execution: ExecutionID) throws
    func removeResult(of execution: ExecutionID) throws
    func checkpoints(of execution: ExecutionID) throws -> [Int: [UInt8]]
    func setCheckpoint(_ number: Int, _ bytes: [UInt8], of execution: ExecutionID) throws
    func removeCheckpoints(of execution: ExecutionID) throws

    /// Finished before a moment (seconds since 1970).
    /// and kept no longer by the wish of its jobs at `now`.
    func finished(before wall: Double, now: Double) throws -> [ExecutionRecord]
    /// Finished in this state before a moment, with kept or passing media.
    func finishedWithMedia(_ state: ExecutionState, before wall: Double, now: Double) throws -> [ExecutionRecord]
    /// Whether any execution refers to it.
    func refers(to media: MediaReference) throws -> Bool
    func keptMedia() throws -> Set<String>

    func insert(_ announcement: Announcement) throws
    func announcement(_ id: String) throws -> Announcement?
    func update(_ announcement: Announcement) throws
    func removeAnnouncement(_ id: String) throws
    func removeAnnouncements(of job: JobID) throws
    /// Of each job the first, when it is due; those due longest first.
    func announcements(_ query: AnnouncementQuery, dueBy wall: Double) throws -> [Announcement]
    /// When the first of those that the query lets through is due.
    func earliestAnnouncement(_ query: AnnouncementQuery) throws -> Double?
    func hasAnnouncements(_ execution: ExecutionID) throws -> Bool

    func isPaused() throws -> Bool
    func setPaused(_ isPaused: Bool) throws

    /// Keeps a run; of many only the newest stay.
    func addRun(_ run: RecentRun) throws
    /// Newest first.
    func recentRuns(limit: Int) throws -> [RecentRun]
}
