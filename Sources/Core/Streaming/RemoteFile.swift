/// What is known of a file that lies in Telegram and is read from there in blocks.
public struct RemoteFile: Sendable, Hashable, Codable {
    /// The message a file was sent in: the only way to a new reference when the one in `id` has expired.
    public struct Origin: Sendable, Hashable, Codable {
        /// As the Bot API counts: private chats are users, −100… is a channel or supergroup.
        public var chat: Int64
        public var message: Int64

        public init(chat: Int64, message: Int64) {
            self.chat = chat
            self.message = message
        }
    }

    /// The Bot API's `file_id`: where the file lies and the right to read it, for one bot.
    public var id: String
    /// The Bot API's `file_unique_id`: names the content, for every bot and always.
    public var uniqueID: String
    /// Bytes.
    public var size: Int64
    /// As its sender named it; empty where the kind of file has no name.
    public var name: String
    /// As its sender's program says.
    public var mimeType: String?
    /// Seconds, as its sender's program says.
    public var duration: Double?
    public var origin: Origin?

    public init(
        id: String, uniqueID: String, size: Int64, name: String, mimeType: String? = nil, duration: Double? = nil,
        origin: Origin? = nil
    ) {
        self.id = id
        self.uniqueID = uniqueID
        self.size = size
        self.name = name
        self.mimeType = mimeType
        self.duration = duration
        self.origin = origin
    }
}
