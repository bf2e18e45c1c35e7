/// A run of messages whose files are to be published as one list, with all that is needed to go on after a restart.
public struct LinkBatch: Sendable, Hashable, Codable {
    /// Messages of one batch, and of one question to Telegram.
    public static let mostMessages: Int64 = 10_000
    public static let step: Int64 = 100

    public enum State: String, Sendable, Hashable, Codable {
        case open
        case done
        case cancelled
        /// See `failure`.
        case failed
    }

    /// How the list is sent.
    public enum Form: String, Sendable, Hashable, Codable, CaseIterable {
        case text, txt, m3u8
    }

    public var id: LinkID
    public var owner: String
    /// Where the list goes.
    public var chat: Int64
    public var thread: Int64?
    public var replyTo: Int64?
    /// The bot's message that shows progress.
    public var status: Int64?
    public var interface: String
    /// Where the messages are.
    public var source: MessageLink.Place
    public var topic: Int64?
    public var first: Int64
    public var last: Int64
    /// The next message to look at.
    public var next: Int64
    public var form: Form
    public var state: State
    public var failure: DirectoryFailure?
    public var found: Int
    public var isProtected: Int
    public var withoutFile: Int
    /// Only what was sent together with this message.
    public var album: Int64?
    /// Deleted, or not for the bot: Telegram does not tell these apart.
    public var missing: Int
    /// The list was on its way: it is not sent again when it is not known whether it arrived.
    public var wasSent: Bool
    /// Seconds since 1970.
    public var createdAt: Double

    public init(
        id: LinkID, owner: String, chat: Int64, thread: Int64?, replyTo: Int64?, interface: String,
        source: MessageLink.Place, topic: Int64?, messages: ClosedRange<Int64>, form: Form, createdAt: Double
    ) {
        self.id = id
        self.owner = owner
        self.chat = chat
        self.thread = thread
        self.replyTo = replyTo
        self.interface = interface
        self.source = source
        self.topic = topic
        first = messages.lowerBound
        last = messages.upperBound
        next = messages.lowerBound
        self.form = form
        self.createdAt = createdAt
        state = .open
        found = 0
        isProtected = 0
        withoutFile = 0
        missing = 0
        wasSent = false
    }

    /// The messages to ask for now; `nil` when all were.
    public var question: ClosedRange<Int64>? {
        next > last ? nil : next...min(last, next + Self.step - 1)
    }

    /// 0…1.
    public var progress: Double { Double(next - first) / Double(max(1, last - first + 1)) }

    /// Albums hold up to ten messages with numbers next to each other.
    public mutating func widenToAlbum() {
        album = first
        (first, last) = (max(1, first - 9), last + 9)
        next = first
    }

    /// Takes in the answer to `question`. Returns the files to publish.
    public mutating func take(
        _ messages: [FoundMessage], of asked: ClosedRange<Int64>, _ name: () -> LinkID, now: Double
    ) -> [LinkRecord] {
        var records: [LinkRecord] = []
        let group = messages.first { $0.id == album }?.album
        for message in messages where asked.contains(message.id) {
            if let album, message.id != album, group == nil || message.album != group { continue }
            switch message.content {
            case .file(let file) where topic == nil || message.topic == topic:
                records.append(LinkRecord(id: name(), file: file, owner: owner, createdAt: now, batch: id))
                found += 1
            case .file, .noFile: withoutFile += 1
            case .protected: isProtected += 1
            case .missing: missing += 1
            }
        }
        if album == nil { missing += max(0, asked.count - messages.count) }
        next = asked.upperBound + 1
        return records
    }
}
