public struct Submission: Sendable, Hashable {
    public var id: JobID
    public var owner: Owner
    public var name: String
    public var priority: Int
    public var batch: JobID?
    public var callback: JobCallback?
    public var digest: String
    public var isEphemeral: Bool
    /// The execution's, when a new one is made.
    public var key: String?
    public var order: TranscriptionOrder
    public var media: MediaReference?
    /// Seconds, when known.
    public var audioSeconds: Double?
    public var keeping: Keeping
    /// The transcript, when it was known already: the job is a success from the start and never queued.
    public var result: [UInt8]?

    public init(
        id: JobID, owner: Owner, name: String, priority: Int = 0, batch: JobID? = nil, callback: JobCallback? = nil,
        digest: String, isEphemeral: Bool, key: String?, order: TranscriptionOrder, media: MediaReference?,
        audioSeconds: Double? = nil, result: [UInt8]? = nil, keeping: Keeping = Keeping()
    ) {
        self.keeping = keeping
        self.id = id
        self.owner = owner
        self.name = name
        self.priority = priority
        self.batch = batch
        self.callback = callback
        self.digest = digest
        self.isEphemeral = isEphemeral
        self.key = key
        self.order = order
        self.media = media
        self.audioSeconds = audioSeconds
        self.result = result
    }
}

public enum Submitted: Sendable, Hashable {
    /// A new execution.
    case queued(JobView)
    /// Attached to one that was there; `dropped` media of the submission is not needed.
    case joined(JobView)
    /// The same request again: the job there was.
    case repeated(JobView)

    public var view: JobView {
        switch self {
        case .queued(let view), .joined(let view), .repeated(let view): view
        }
    }
}

public enum Settled: Sendable, Hashable {
    case kept
    /// The jobs are attached to this older execution now. `needsMedia`: it took the given media as its own.
    case moved(to: ExecutionID, tookMedia: Bool)
}

public enum Cancelled: Sendable, Hashable {
    case notFound
    /// It had ended before.
    case finished(ExecutionState)
    /// `stopped` is the execution that ended with it, if it was the last job; `media` is no longer needed by anybody.
    case cancelled(stopped: ExecutionID?, media: MediaReference?)
}

public enum Deleted: Sendable, Hashable {
    case notFound
    /// As for `Cancelled`.
    case deleted(stopped: ExecutionID?, media: MediaReference?)
}

/// What is let go of a finished job that stays.
public enum Shed: Sendable, Hashable {
    case notFound
    /// It is still worked on; cancel it first.
    case unfinished
    /// `media` is no longer needed by anybody; `key` is the name under which the text may still be cached.
    case done(media: MediaReference?, key: String?)
}

public struct JobQuery: Sendable, Hashable {
    public var owner: Owner?
    public var states: Set<ExecutionState>
    public var batch: JobID?
    public var limit: Int

    public init(
        owner: Owner?, states: Set<ExecutionState> = Set(ExecutionState.allCases), batch: JobID? = nil,
        limit: Int = 100
    ) {
        self.owner = owner
        self.states = states
        self.batch = batch
        self.limit = limit
    }
}

public struct ClaimRequest: Sendable, Hashable {
    /// Those in which the worker has room.
    public var lanes: Set<Lane>
    /// `QUEUE_RATE_LIMIT_PER_USER`.
    public var perOwner: Int
    /// `QUEUE_BATCH_CONCURRENCY`.
    public var perBatch: Int
    /// Seconds.
    public var lease: Double
    /// What the worker can run; `nil` is everything.
    public var engines: Set<EngineName>?

    public init(
        lanes: Set<Lane>, perOwner: Int, perBatch: Int = .max, lease: Double = 30, engines: Set<EngineName>? = nil
    ) {
        self.engines = engines
        self.lanes = lanes
        self.perOwner = perOwner
        self.perBatch = perBatch
        self.lease = lease
    }
}

/// Proves that a worker holds an execution.
public struct ClaimToken: Sendable, Hashable {
    public let execution: ExecutionID
    /// The fencing number.
    public let attempt: Int

    public init(execution: ExecutionID, attempt: Int) {
        self.execution = execution
        self.attempt = attempt
    }
}

public struct Claim: Sendable, Hashable {
    public var execution: Execution
    public var jobs: [Job]

    public init(execution: Execution, jobs: [Job]) {
        self.execution = execution
        self.jobs = jobs
    }

    public var token: ClaimToken { ClaimToken(execution: execution.id, attempt: execution.attempt) }
}

/// What a worker learns when it renews its lease.
public struct Heartbeat: Sendable, Hashable {
    /// Checkpoints are worth keeping.
    public var isEphemeral: Bool
    /// The highest of its jobs'.
    public var priority: Int

    public init(isEphemeral: Bool, priority: Int) {
        self.isEphemeral = isEphemeral
        self.priority = priority
    }
}

public enum Outcome: Sendable, Hashable {
    /// - Parameters:
    ///   - result: kept until the job is pruned, unless all its jobs are ephemeral.
    ///   - audioSeconds: of the whole media.
    case succeeded(result: [UInt8], audioSeconds: Double)
    case failed(JobFailure)
    /// Given back, because the worker stops.
    case released
}

public struct Finished: Sendable, Hashable {
    public var execution: Execution
    /// Those attached at that moment, cancelled ones excepted.
    public var jobs: [Job]
    /// No longer needed by anybody; the caller removes it.
    public var media: MediaReference?

    public init(execution: Execution, jobs: [Job], media: MediaReference?) {
        self.execution = execution
        self.jobs = jobs
        self.media = media
    }
}

public struct Pruned: Sendable, Hashable {
    public var jobs: Int
    public var media: [MediaReference]

    public init(jobs: Int, media: [MediaReference]) {
        self.jobs = jobs
        self.media = media
    }
}

/// How long things stay, in seconds.
public struct RetentionPolicy: Sendable, Hashable {
    /// Media of executions that succeeded: `STENTOR_KEEP_MEDIA`.
    public var succeededMedia: Double
    /// Media of those that failed or were cancelled by retry limits: `STENTOR_KEEP_JOBS_HOURS`. A cancelled
    /// execution's media goes at once.
    public var failedMedia: Double

    public init(succeededMedia: Double = 0, failedMedia: Double = 24 * 3600) {
        self.succeededMedia = succeededMedia
        self.failedMedia = failedMedia
    }
}

public struct QueueStatistics: Sendable, Hashable {
    public struct LaneFigures: Sendable, Hashable {
        public var waiting = 0
        public var running = 0
        /// Seconds, over the recent runs.
        public var meanWait = 0.0
        public var p95Wait = 0.0
        public var meanRun = 0.0
        public var p95Run = 0.0

        public init() {}
    }

    /// Jobs, by what their owners see.
    public var jobs: [ExecutionState: Int]
    public var lanes: [Lane: LaneFigures]
    public var isPaused: Bool

    public init(jobs: [ExecutionState: Int] = [:], lanes: [Lane: LaneFigures] = [:], isPaused: Bool = false) {
        self.jobs = jobs
        self.lanes = lanes
        self.isPaused = isPaused
    }
}

/// One success, as far as expectations are learned from it.
public struct RecentRun: Sendable, Hashable {
    public var engine: String
    public var model: String
    public var lane: Lane
    public var audioSeconds: Double
    /// Seconds from submission to the first claim, and of the last attempt.
    public var wait: Double
    public var run: Double

    public init(engine: String, model: String, lane: Lane, audioSeconds: Double, wait: Double, run: Double) {
        self.engine = engine
        self.model = model
        self.lane = lane
        self.audioSeconds = audioSeconds
        self.wait = wait
        self.run = run
    }
}

public enum JobStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The id belongs to another request: other content, other options, or another owner.
    case idTaken
    /// `QUEUE_MAX_WAITING_PER_USER`; seconds until it is worth trying again.
    case tooManyWaiting(retryAfter: Int)
    case leaseLost
    case notFound
    /// Nothing was kept; it works again once there is room.
    case noRoom
    case broken(String)

    public var description: String {
        switch self {
        case .idTaken: "This job id belongs to another request; choose another, or leave it out."
        case .tooManyWaiting: "Too many of your jobs are waiting; try again when some are done."
        case .leaseLost: "The work was taken over or cancelled."
        case .notFound: "There is no such job."
        case .noRoom: "There is no room on the disk of the server; try again later."
        case .broken(let what): "The queue cannot be used: \(what)."
        }
    }
}
