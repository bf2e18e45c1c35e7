public enum ExecutionState: String, Sendable, Hashable, Codable, CaseIterable {
    case queued, running
    /// For its next try.
    case waiting
    case succeeded, failed, cancelled

    public var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }
}

/// The computation for one cache key: what is leased, checkpointed and fenced.
public struct Execution: Sendable, Hashable {
    public var id: ExecutionID
    /// `nil` until the media's hash is known; at most one unfinished execution has a given key.
    public var key: String?
    public var order: TranscriptionOrder
    /// `nil` once it was removed.
    public var media: MediaReference?
    public var lane: Lane
    /// The highest of its jobs' priorities.
    public var priority: Int
    /// Whose limits it counts against: its first job's owner.
    public var owner: Owner
    /// The batch its first job belongs to.
    public var batch: JobID?
    /// All of its jobs are ephemeral: it keeps no checkpoints and no result, and is gone after a restart.
    public var isEphemeral: Bool
    /// What its jobs asked to keep beyond the server's policy.
    public var keeping = Keeping()
    public var state: ExecutionState
    /// The fencing number: rises with every claim; a write that names another is refused.
    public var attempt: Int
    /// Tries that ended in a transient error, and in the death of a child process.
    public var errors: Int
    public var crashes: Int
    /// When it may be claimed again, for `waiting`; monotonic.
    public var notBefore: Double?
    /// Until when the claim holds, for `running`; monotonic.
    public var leaseEnds: Double?
    public var progress: ExecutionProgress
    public var failure: JobFailure?
    /// Seconds since 1970.
    public var createdAt: Double
    public var startedAt: Double?
    public var finishedAt: Double?

    public init(
        id: ExecutionID, key: String?, order: TranscriptionOrder, media: MediaReference?, lane: Lane, priority: Int,
        owner: Owner, batch: JobID? = nil, isEphemeral: Bool, createdAt: Double
    ) {
        self.id = id
        self.key = key
        self.order = order
        self.media = media
        self.lane = lane
        self.priority = priority
        self.owner = owner
        self.batch = batch
        self.isEphemeral = isEphemeral
        self.createdAt = createdAt
        state = .queued
        attempt = 0
        errors = 0
        crashes = 0
        progress = ExecutionProgress()
    }
}

/// How far an execution is; never goes back within one attempt.
public struct ExecutionProgress: Sendable, Hashable, Codable {
    /// Seconds of audio whose text is known.
    public var done: Double
    /// Seconds of audio in all, as far as known.
    public var total: Double?

    public init(done: Double = 0, total: Double? = nil) {
        self.done = done
        self.total = total
    }
}

/// Why something failed, for the person who asked for it.
public struct JobFailure: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Would fail again: bad media, a limit, a language nobody knows.
        case permanent
        /// May succeed later: network, a busy provider, no room on the disk.
        case transient
        /// A child process died of it.
        case crash
    }

    public var kind: Kind
    /// A stable word for programs, such as `not_media`.
    public var code: String
    /// One sentence: what happened and what to do.
    public var description: String

    public init(_ kind: Kind, code: String, _ description: String) {
        self.kind = kind
        self.code = code
        self.description = description
    }
}
