/// The end of a job that its owner is still to be told of: a row written in the transaction that ended the job.
public struct Announcement: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case completed, failed
    }

    /// The same however often it is sent, so that a receiver can tell a repetition.
    public var id: String
    /// Those of one job are sent in this order.
    public var sequence: Int64
    public var job: JobID
    public var callback: JobCallback
    public var kind: Kind
    /// Why, for `failed`.
    public var failure: JobFailure?
    /// When the job ended, in seconds since 1970.
    public var occurredAt: Double
    /// How often it was sent in vain.
    public var tries: Int
    /// Not to be sent before, in seconds since 1970.
    public var dueAt: Double

    public init(
        id: String, sequence: Int64, job: JobID, callback: JobCallback, kind: Kind, failure: JobFailure? = nil,
        occurredAt: Double, tries: Int = 0, dueAt: Double
    ) {
        self.id = id
        self.sequence = sequence
        self.job = job
        self.callback = callback
        self.kind = kind
        self.failure = failure
        self.occurredAt = occurredAt
        self.tries = tries
        self.dueAt = dueAt
    }
}

/// Which announcements are wanted: the first of each job only, for later ones wait for it.
public struct AnnouncementQuery: Sendable, Hashable {
    /// Those on their way already.
    public var passingOver: Set<String>
    /// Receivers that take no more now.
    public var withoutTargets: Set<String>
    public var limit: Int

    public init(passingOver: Set<String> = [], withoutTargets: Set<String> = [], limit: Int) {
        self.passingOver = passingOver
        self.withoutTargets = withoutTargets
        self.limit = limit
    }
}
