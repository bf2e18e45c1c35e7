public import Jobs

/// A file in a chat.
public struct ChatFile: Sendable, Hashable, Codable {
    /// The message that a file stands in.
    public struct Origin: Sendable, Hashable, Codable {
        public var chat: Int64
        public var message: Int64

        public init(chat: Int64, message: Int64) {
            self.chat = chat
            self.message = message
        }
    }

    /// For the bot that got it, to fetch it.
    public var id: String
    /// Names the content, for everybody and always.
    public var uniqueID: String
    public var bytes: Int64?
    /// For people.
    public var name: String
    /// Seconds, as the sender's program says.
    public var duration: Double?
    /// As the sender's program says.
    public var mimeType: String?
    /// Its sender does not want it saved or forwarded.
    public var isProtected: Bool?
    /// Where it is not the message of its request.
    public var origin: Origin?

    public init(
        id: String, uniqueID: String, bytes: Int64?, name: String, duration: Double? = nil, mimeType: String? = nil,
        isProtected: Bool? = nil, origin: Origin? = nil
    ) {
        self.id = id
        self.uniqueID = uniqueID
        self.bytes = bytes
        self.name = name
        self.duration = duration
        self.mimeType = mimeType
        self.isProtected = isProtected
        self.origin = origin
    }
}

/// One file somebody wants as text, with everything the bot needs to know to go on after a restart.
public struct MediaRequest: Sendable, Hashable, Codable {
    public enum Stage: String, Sendable, Hashable, Codable, CaseIterable {
        /// Promised; not in the queue yet.
        case accepted
        /// In the queue, or answered from the cache.
        case submitted
        /// The answer stands in the chat; files may follow.
        case answered
        /// Nothing is left to do.
        case done
    }

    public var job: JobID
    public var person: Int64
    public var chat: Int64
    public var thread: Int64?
    /// The message with the file.
    public var message: Int64
    /// Sent together with others under this name.
    public var album: String?
    public var file: ChatFile
    /// What was set when it was sent.
    public var preferences: Preferences
    public var interface: String
    public var stage: Stage
    /// The bot's message that shows progress and then the answer.
    public var status: Int64?
    /// Somebody pressed Cancel.
    public var isCancelled: Bool
    /// Somebody pressed Delete.
    public var isDeleted: Bool
    /// The transcript was known.
    public var isCached: Bool
    /// It never came into the queue.
    public var refusal: JobFailure?
    /// The files were on their way: they are not sent again when it is not known whether they arrived.
    public var filesWereTried: Bool
    /// The bot's messages with files.
    public var attachments: [Int64]
    /// Seconds since 1970.
    public var createdAt: Double

    /// There is no answer yet.
    public var isInWork: Bool { stage == .accepted || stage == .submitted }

    public init(
        job: JobID, person: Int64, chat: Int64, thread: Int64? = nil, message: Int64, album: String? = nil,
        file: ChatFile, preferences: Preferences, interface: String, createdAt: Double
    ) {
        self.job = job
        self.person = person
        self.chat = chat
        self.thread = thread
        self.message = message
        self.album = album
        self.file = file
        self.preferences = preferences
        self.interface = interface
        self.createdAt = createdAt
        stage = .accepted
        isCancelled = false
        isDeleted = false
        isCached = false
        filesWereTried = false
        attachments = []
    }

    /// The message that the file stands in.
    public var origin: ChatFile.Origin { file.origin ?? .init(chat: chat, message: message) }

    /// As the queue knows its sender.
    public var owner: Owner { .telegram(person) }

    /// What people see and type.
    public var shortID: String { String(job.text.prefix(8)) }
}

extension Owner {
    public static func telegram(_ person: Int64) -> Owner { Owner("telegram:\(person)") }
}
