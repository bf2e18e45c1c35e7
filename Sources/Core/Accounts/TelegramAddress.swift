/// A file in Telegram as a job's address names it: `telegram:BOT/FILE/BYTES/CHAT/MESSAGE`. What stands after the file may
/// be missing, as in addresses of older jobs; an unknown number of bytes is empty.
public struct TelegramAddress: Sendable, Hashable {
    public static let scheme = "telegram:"

    /// The bot that got the file: for others its id is worth nothing.
    public var bot: Int64
    /// The Bot API's `file_id`.
    public var file: String
    public var bytes: Int64?
    /// The message it came in, which is where a new right to read it comes from.
    public var chat: Int64?
    public var message: Int64?

    public init(bot: Int64, file: String, bytes: Int64? = nil, chat: Int64? = nil, message: Int64? = nil) {
        self.bot = bot
        self.file = file
        self.bytes = bytes
        self.chat = chat
        self.message = message
    }

    /// nil for what is no such address.
    public init?(_ text: String) {
        guard text.hasPrefix(Self.scheme) else { return nil }
        let parts = text.dropFirst(Self.scheme.count).split(separator: "/", omittingEmptySubsequences: false)
        guard [2, 5].contains(parts.count), let bot = Int64(parts[0]), !parts[1].isEmpty, parts[1].utf8.count <= 512
        else {
            return nil
        }
        self.init(bot: bot, file: String(parts[1]))
        guard parts.count == 5 else { return }
        guard let chat = Int64(parts[3]), let message = Int64(parts[4]) else { return nil }
        bytes = Int64(parts[2])
        self.chat = chat
        self.message = message
    }

    public var text: String {
        var text = "\(Self.scheme)\(bot)/\(file)"
        if let chat, let message { text += "/\(bytes.map(String.init) ?? "")/\(chat)/\(message)" }
        return text
    }
}
