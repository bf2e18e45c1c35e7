public import Jobs

/// The port to what people do with finished transcripts: changes, the search over all texts, and what is shown to
/// others. Every method is one atomic step; what it wrote is durable when it returns.
public protocol ReviewStore: Sendable {
    /// An empty review for a job that nobody changed.
    func review(of job: JobID) async throws(ReviewStoreError) -> Review

    /// Changes a review; what the closure throws as `ReviewRefusal` comes back as `.refused`, and nothing is written.
    func change(
        _ job: JobID, _ edit: @escaping @Sendable (inout Review) throws -> Void
    ) async throws(ReviewStoreError) -> Review

    /// Puts texts into the search, or in place of what it knew of the same jobs.
    func index(_ entries: [TextEntry]) async throws(ReviewStoreError)

    /// What the search knows of these jobs.
    func summaries(of jobs: [JobID]) async throws(ReviewStoreError) -> [JobID: TextSummary]

    /// Texts in which every word of the query occurs, the last one as a beginning; the best first.
    /// - Parameter owner: whose; `nil` is everybody's.
    func search(_ query: String, owner: Owner?, limit: Int) async throws(ReviewStoreError) -> [SearchHit]

    func publish(_ share: Share) async throws(ReviewStoreError)
    func share(_ token: String) async throws(ReviewStoreError) -> Share?
    /// Newest first.
    func shares(of job: JobID) async throws(ReviewStoreError) -> [Share]
    /// `false` when there is no such share of this job.
    func withdraw(_ token: String, of job: JobID) async throws(ReviewStoreError) -> Bool

    /// Removes everything that is known of a job's text.
    func forget(_ job: JobID) async throws(ReviewStoreError)
    /// Takes a person's name out of the reviews of these jobs; returns those that had it.
    func forget(name: String, in jobs: [JobID]) async throws(ReviewStoreError) -> [JobID]
    /// Once this returns no file holds what was removed before.
    func wipe() async throws(ReviewStoreError)
    /// Removes what is left of texts whose jobs are gone.
    func sweep() async throws(ReviewStoreError)
}

/// A text as the search keeps it.
public struct TextEntry: Sendable, Hashable {
    public var job: JobID
    public var owner: Owner
    public var name: String
    public var text: String
    public var summary: TextSummary

    public init(job: JobID, owner: Owner, name: String, text: String, summary: TextSummary) {
        self.job = job
        self.owner = owner
        self.name = name
        self.text = text
        self.summary = summary
    }
}

/// What a list shows of a text.
public struct TextSummary: Sendable, Hashable, Codable {
    /// Seconds.
    public var duration: Double
    public var language: String?
    public var engine: String
    public var model: String
    public var words: Int
    public var speakers: Int
    /// The beginning of the text.
    public var excerpt: String
    /// Of the review it was made from.
    public var version: Int

    public init(
        duration: Double, language: String?, engine: String, model: String, words: Int, speakers: Int,
        excerpt: String, version: Int
    ) {
        self.duration = duration
        self.language = language
        self.engine = engine
        self.model = model
        self.words = words
        self.speakers = speakers
        self.excerpt = excerpt
        self.version = version
    }
}

public struct SearchHit: Sendable, Hashable {
    /// What stands before and behind a word that was found, in `excerpt`.
    public static let marks = (begin: "\u{2}", end: "\u{3}")

    public var job: JobID
    public var excerpt: String

    public init(job: JobID, excerpt: String) {
        self.job = job
        self.excerpt = excerpt
    }
}

/// One transcript shown to whoever has its link.
public struct Share: Sendable, Hashable, Codable {
    /// What the link holds; cannot be guessed.
    public var token: String
    public var job: JobID
    public var owner: Owner
    /// The medium may be played too.
    public var hasMedia: Bool
    /// Seconds since 1970.
    public var createdAt: Double
    public var expiresAt: Double

    public init(token: String, job: JobID, owner: Owner, hasMedia: Bool, createdAt: Double, expiresAt: Double) {
        self.token = token
        self.job = job
        self.owner = owner
        self.hasMedia = hasMedia
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

public enum ReviewStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    case refused(ReviewRefusal)
    case noRoom
    case broken(String)

    public var description: String {
        switch self {
        case .refused(let refusal): refusal.description
        case .noRoom: "There is no room on the disk of the server; try again later."
        case .broken(let what): "Changes cannot be kept: \(what)."
        }
    }
}

/// The words of what somebody typed into a search.
public enum SearchWords {
    /// Letters and digits hold together; everything else parts. At most 16.
    public static func words(of query: String) -> [String] {
        query.split { !$0.isLetter && !$0.isNumber }.prefix(16).map { String($0.prefix(64)) }
    }
}
