/// The port to messages by their number: what the Bot API cannot ask for.
public protocol MessageDirectory: Sendable {
    /// What stands in up to a hundred messages of one place, in their order. What cannot be seen is `missing`.
    func messages(
        _ numbers: ClosedRange<Int64>, in place: MessageLink.Place
    ) async throws(DirectoryFailure) -> [FoundMessage]
}

public struct FoundMessage: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        case file(RemoteFile)
        case noFile
        /// It may not be saved or forwarded (`noforwards`), and so not be published.
        case protected
        case missing
    }

    public var id: Int64
    /// Of a forum.
    public var topic: Int64?
    /// What was sent together has the same (`grouped_id`).
    public var album: Int64?
    public var content: Content

    public init(id: Int64, topic: Int64? = nil, album: Int64? = nil, content: Content) {
        self.id = id
        self.topic = topic
        self.album = album
        self.content = content
    }
}

public enum DirectoryFailure: Error, Sendable, Hashable, Codable {
    /// There is no such name, or the bot is not in that chat.
    case unknownPlace
    case notMember
    /// Telegram asks for a pause.
    case busy(seconds: Int)
    case unreachable
    case cancelled
}
