/// The port to the queue: jobs, executions, leases and checkpoints.
///
/// Every method is one atomic step, durable when it returns unless it says otherwise; what it returns was committed.
/// Methods that take a `ClaimToken` are visible writes of a worker: they check the fencing number and throw
/// `.leaseLost`, changing nothing, when another claim or an end came between.
public protocol JobStore: Sendable {
    // MARK: Requests

    /// Adds a job, with a new execution or attached to the unfinished one with the same key. A durable job makes the
    /// execution it joins durable, and brings its media when that execution's was only passing.
    /// Throws `.idTaken` and `.tooManyWaiting`.
    func submit(_ submission: Submission) async throws(JobStoreError) -> Submitted

    /// Gives an execution that began while its media arrived its key and media; `isDurable` makes its jobs a promise.
    /// `digest` becomes that of its jobs. When another unfinished execution has the key already, the jobs move to that
    /// one and this one is cancelled.
    /// Throws `.notFound` when it is gone or finished without success. One that succeeded meanwhile just takes the key.
    func settle(
        _ execution: ExecutionID, key: String, media: MediaReference, digest: String?, isDurable: Bool
    ) async throws(JobStoreError) -> Settled

    /// `owner` `nil` asks for anybody's, for administrators; a job of another owner is not found.
    func job(_ id: JobID, owner: Owner?) async throws(JobStoreError) -> JobView?

    /// Newest first.
    func jobs(_ query: JobQuery) async throws(JobStoreError) -> [JobView]

    /// The bytes that `finish` was given, while they are kept.
    func result(of id: JobID, owner: Owner?) async throws(JobStoreError) -> [UInt8]?

    /// How many executions stand before this job's, in its lane; 0 for the next, `nil` when it does not wait. An
    /// estimate: owners take turns.
    func position(of id: JobID) async throws(JobStoreError) -> Int?

    /// Detaches a job; the last to leave ends its execution. Ephemeral jobs vanish. Idempotent.
    func cancel(_ id: JobID, owner: Owner?) async throws(JobStoreError) -> Cancelled

    /// Queues a failed or cancelled job again, with its media if that is still there, and `nil` when it is not or when
    /// the job is neither.
    func retry(_ id: JobID, owner: Owner?) async throws(JobStoreError) -> JobView?

    /// Removes a job with its text; cancels it first when it is unfinished. What no job uses any more goes too.
    func delete(_ id: JobID, owner: Owner?) async throws(JobStoreError) -> Deleted

    /// Lets go of a finished job's media, its text, or both; the job itself stays in the list.
    func shed(_ id: JobID, owner: Owner?, media: Bool, text: Bool) async throws(JobStoreError) -> Shed

    // MARK: Work

    /// Leases the next execution: among `lanes` the short one first; within a lane the highest priority; among those
    /// the owners take turns (the one served longest ago first); then the oldest. Owners with `perOwner` running ones
    /// are passed over (`local` never), executions of one owner in all lanes counted together;
    /// and so are batches with `perBatch` running ones, and what needs another engine than `engines`. `nil` when
    /// nothing is due, or when the queue is paused. Need not survive a power cut, which ends the worker too.
    func claim(_ request: ClaimRequest) async throws(JobStoreError) -> Claim?

    /// Seconds from now until something that waits for its next try or for the end of a lost lease is due; `nil` when
    /// nothing waits for time.
    func nextDue() async throws(JobStoreError) -> Double?

    /// Renews the lease and writes how far it is; need not survive a power cut. Throws `.leaseLost` also when the
    /// execution was cancelled: the worker stops.
    func heartbeat(
        _ token: ClaimToken, lease: Double, _ progress: ExecutionProgress, lane: Lane
    ) async throws(JobStoreError) -> Heartbeat

    /// Keeps a finished piece of work under a number; need not survive a power cut, must survive SIGKILL. Ephemeral
    /// executions keep none.
    func checkpoint(_ token: ClaimToken, _ number: Int, _ bytes: [UInt8]) async throws(JobStoreError)

    func checkpoints(_ token: ClaimToken) async throws(JobStoreError) -> [Int: [UInt8]]

    func discardCheckpoints(_ token: ClaimToken) async throws(JobStoreError)

    /// Ends an attempt. Checkpoints go when the execution is final. Returns what became of it.
    func finish(_ token: ClaimToken, _ outcome: Outcome) async throws(JobStoreError) -> Finished

    /// Puts executions whose lease ended back into the queue. Returns them.
    func reclaim() async throws(JobStoreError) -> [ExecutionID]

    // MARK: Announcements

    /// Announcements that are due now. Ends of jobs with a callback are announced by the method that ends them.
    func dueAnnouncements(_ query: AnnouncementQuery) async throws(JobStoreError) -> [Announcement]

    /// Seconds until the next one is due.
    func nextAnnouncement(_ query: AnnouncementQuery) async throws(JobStoreError) -> Double?

    /// It was sent in vain and is due again in so many seconds. One that is gone stays so.
    func postpone(_ announcement: String, by seconds: Double) async throws(JobStoreError)

    /// It was delivered, or given up. Need not survive a power cut: it is then sent once more, under the same name.
    func removeAnnouncement(_ id: String) async throws(JobStoreError)

    // MARK: Care

    /// Removes what finished before a moment (seconds since 1970), and media that is kept no longer. Returns the media
    /// that nobody refers to any more.
    func prune(finishedBefore wall: Double) async throws(JobStoreError) -> Pruned

    /// The names of all kept media that an execution refers to.
    func keptMedia() async throws(JobStoreError) -> Set<String>

    /// A paused queue takes jobs and starts none.
    func setPaused(_ isPaused: Bool) async throws(JobStoreError)

    func statistics() async throws(JobStoreError) -> QueueStatistics

    /// The runs that ended with success, newest first.
    func recentRuns(limit: Int) async throws(JobStoreError) -> [RecentRun]
}
