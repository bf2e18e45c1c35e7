/// One request of one owner. Jobs attach to an execution, which may serve several of them.
public struct Job: Sendable, Hashable {
    public var id: JobID
    public var owner: Owner
    public var execution: ExecutionID
    /// The name of the file, for people.
    public var name: String
    /// Higher runs first within its lane and owner.
    public var priority: Int
    /// All files of one request.
    public var batch: JobID?
    /// Where the result is to be announced.
    public var callback: JobCallback?
    /// Digest of what was asked with this id, media included: the same again is the same job, another is a conflict.
    public var digest: String
    /// Nobody was promised anything that outlives the connection: gone after a restart, and once finished.
    public var isEphemeral: Bool
    /// Left its execution, which may go on for others.
    public var isCancelled: Bool
    /// Seconds since 1970.
    public var createdAt: Double

    public init(
        id: JobID, owner: Owner, execution: ExecutionID, name: String, priority: Int = 0, batch: JobID? = nil,
        callback: JobCallback? = nil, digest: String, isEphemeral: Bool = false, isCancelled: Bool = false,
        createdAt: Double
    ) {
        self.id = id
        self.owner = owner
        self.execution = execution
        self.name = name
        self.priority = priority
        self.batch = batch
        self.callback = callback
        self.digest = digest
        self.isEphemeral = isEphemeral
        self.isCancelled = isCancelled
        self.createdAt = createdAt
    }
}

/// A job with the execution it is attached to.
public struct JobView: Sendable, Hashable {
    public var job: Job
    public var execution: Execution

    public init(job: Job, execution: Execution) {
        self.job = job
        self.execution = execution
    }

    /// What the owner sees: a job that was cancelled stays so whatever its execution does for others.
    public var state: ExecutionState { job.isCancelled ? .cancelled : execution.state }
}
