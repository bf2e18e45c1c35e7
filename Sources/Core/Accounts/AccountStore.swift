public import Jobs

/// An update as it came.
public struct StoredUpdate: Sendable, Hashable {
    public var id: Int64
    public var body: [UInt8]

    public init(id: Int64, body: [UInt8]) {
        self.id = id
        self.body = body
    }
}

/// A message that is to be sent; what it says is the sender's business.
public struct OutgoingMessage: Sendable, Hashable {
    /// Given by the store.
    public var id: Int64
    public var body: [UInt8]

    public init(id: Int64 = 0, body: [UInt8]) {
        self.id = id
        self.body = body
    }
}

/// One change; several in one call happen together or not at all.
public enum AccountChange: Sendable, Hashable {
    /// Seen now, at seconds since 1970.
    case person(Person, at: Double)
    case room(Room)
    /// Of a person or, for negative ids, a group.
    case preferences(Int64, Preferences)
    /// New, or in place of the one with the same job.
    case request(MediaRequest)
    /// Whatever else the request is like by now.
    case mark(JobID, RequestMark)
    case message(OutgoingMessage)
    case sent(Int64)
    case usage(Int64, Usage)
    /// A file whose transcript, for these options, is in the cache under this key.
    case alias(FileAlias, key: String, at: Double)
    case forgetAlias(key: String)
}

/// What changes in a request from the outside, while somebody works on it.
public enum RequestMark: Sendable, Hashable {
    case cancelled
    /// Opens it again.
    case deleted
    case answered

    public func apply(to request: inout MediaRequest) {
        switch self {
        case .cancelled: request.isCancelled = true
        case .deleted:
            request.isDeleted = true
            if request.stage == .done { request.stage = .answered }
        case .answered: request.stage = .answered
        }
    }
}

/// A file with everything that shapes its text.
public struct FileAlias: Sendable, Hashable {
    public var uniqueID: String
    public var bytes: Int64
    /// A digest of the options.
    public var options: String

    public init(uniqueID: String, bytes: Int64, options: String) {
        self.uniqueID = uniqueID
        self.bytes = bytes
        self.options = options
    }
}

/// Everything that has to be known to decide about an update.
public struct Profile: Sendable, Hashable {
    public var own: Preferences
    public var chat: Preferences
    public var usage: Usage

    public init(own: Preferences = Preferences(), chat: Preferences = Preferences(), usage: Usage = Usage()) {
        self.own = own
        self.chat = chat
        self.usage = usage
    }
}

/// How many people and what they used.
public struct AccountFigures: Sendable, Hashable {
    public var people: Int
    public var usage: Usage
    public var openRequests: Int

    public init(people: Int = 0, usage: Usage = Usage(), openRequests: Int = 0) {
        self.people = people
        self.usage = usage
        self.openRequests = openRequests
    }
}

/// The port to what the bot remembers. Every call that changes something is one atomic step, durable when it returns.
public protocol AccountStore: Sendable {
    /// Keeps updates that are not known yet. Returns how many were new.
    func receive(_ updates: [StoredUpdate], at wall: Double) async throws(AccountStoreError) -> Int
    /// Those not settled yet, lowest number first.
    func pendingUpdates(limit: Int) async throws(AccountStoreError) -> [StoredUpdate]
    /// The highest number that was received, and when, in seconds since 1970.
    func lastUpdate() async throws(AccountStoreError) -> (id: Int64, at: Double)?
    /// Makes the changes an update led to and counts it as handled. Returns `false`, changing nothing, when it was.
    func settle(_ update: Int64, _ changes: [AccountChange]) async throws(AccountStoreError) -> Bool
    func apply(_ changes: [AccountChange]) async throws(AccountStoreError)
    /// Reads one request, lets `change` alter it, and writes it, in one step. `nil` when there is none.
    func change(
        _ job: JobID, surviving harm: Harm, _ change: @escaping @Sendable (inout MediaRequest) -> Void
    ) async throws(AccountStoreError) -> MediaRequest?

    func profile(person: Int64, chat: Int64) async throws(AccountStoreError) -> Profile
    func request(_ job: JobID) async throws(AccountStoreError) -> MediaRequest?
    /// By the bot's message that shows it.
    func request(chat: Int64, status: Int64) async throws(AccountStoreError) -> MediaRequest?
    /// Not done yet, oldest first.
    func openRequests() async throws(AccountStoreError) -> [MediaRequest]
    /// Somebody's, newest first.
    func requests(of person: Int64, limit: Int) async throws(AccountStoreError) -> [MediaRequest]
    /// Those that came together.
    func album(_ name: String, chat: Int64) async throws(AccountStoreError) -> [MediaRequest]
    /// Messages not sent yet, oldest first.
    func outbox(after id: Int64, limit: Int) async throws(AccountStoreError) -> [OutgoingMessage]
    func key(for alias: FileAlias) async throws(AccountStoreError) -> String?
    func figures() async throws(AccountStoreError) -> AccountFigures
    /// Removes handled updates, done requests and aliases from before a moment (seconds since 1970).
    func prune(before wall: Double) async throws(AccountStoreError)
}

/// What a write has to survive.
public enum Harm: Sendable, Hashable {
    /// The end of the process. Enough for what is only done again when it is lost.
    case kill
    case powerCut
}

public enum AccountStoreError: Error, Sendable, Hashable, CustomStringConvertible {
    case noRoom
    case broken(String)

    public var description: String {
        switch self {
        case .noRoom: "There is no room on the disk of the server."
        case .broken(let what): "What the bot remembers cannot be used: \(what)."
        }
    }
}
