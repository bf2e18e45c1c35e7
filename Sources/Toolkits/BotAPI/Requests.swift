// What is sent to the Bot API (https://core.telegram.org/bots/api#available-methods), as far as it is used.

/// A button that does exactly one thing.
public struct InlineButton: Sendable, Hashable, Codable {
    public struct CopiedText: Sendable, Hashable, Codable {
        /// At most 256 characters.
        public var text: String
    }

    public var text: String
    /// At most 64 bytes.
    public var callbackData: String?
    public var url: String?
    public var copyText: CopiedText?

    /// Tells the bot.
    public init(_ text: String, _ callbackData: String) {
        self.text = text
        self.callbackData = callbackData
    }

    /// Opens an address.
    public init(_ text: String, url: String) {
        self.text = text
        self.url = url
    }

    /// Puts a text into the clipboard.
    public init(_ text: String, copying copied: String) {
        self.text = text
        copyText = CopiedText(text: copied)
    }
}

public struct InlineKeyboard: Sendable, Hashable, Codable {
    public var inlineKeyboard: [[InlineButton]]

    public init(_ rows: [[InlineButton]]) { inlineKeyboard = rows }
}

/// Where a message goes.
public struct Destination: Sendable, Hashable, Codable {
    public var chat: Int64
    /// The topic in a forum.
    public var thread: Int64?
    /// The message it answers; a message that is gone meanwhile is no obstacle.
    public var replyTo: Int64?

    public init(chat: Int64, thread: Int64? = nil, replyTo: Int64? = nil) {
        self.chat = chat
        self.thread = thread
        self.replyTo = replyTo
    }

    /// Groups have negative ids.
    public var isGroup: Bool { chat < 0 }
}

public struct BotCommand: Sendable, Hashable, Codable {
    public var command: String
    public var description: String

    public init(_ command: String, _ description: String) {
        self.command = command
        self.description = description
    }
}

/// A file to be sent.
public struct UploadedFile: Sendable {
    public var name: String
    public var mediaType: String
    public var bytes: [UInt8]

    public init(name: String, mediaType: String, bytes: [UInt8]) {
        self.name = name
        self.mediaType = mediaType
        self.bytes = bytes
    }
}

struct ReplyParameters: Encodable {
    let messageId: Int64
    let allowSendingWithoutReply = true

    private enum CodingKeys: CodingKey { case messageId, allowSendingWithoutReply }
}

struct NoPreview: Encodable {
    let isDisabled = true

    private enum CodingKeys: CodingKey { case isDisabled }
}

struct SendMessage: Encodable {
    let chatId: Int64
    let messageThreadId: Int64?
    let replyParameters: ReplyParameters?
    let text: String
    let parseMode = "HTML"
    let linkPreviewOptions = NoPreview()
    let replyMarkup: InlineKeyboard?

    private enum CodingKeys: CodingKey {
        case chatId, messageThreadId, replyParameters, text, parseMode, linkPreviewOptions, replyMarkup
    }
}

struct EditMessage: Encodable {
    let chatId: Int64
    let messageId: Int64
    let text: String
    let parseMode = "HTML"
    let linkPreviewOptions = NoPreview()
    let replyMarkup: InlineKeyboard?

    private enum CodingKeys: CodingKey { case chatId, messageId, text, parseMode, linkPreviewOptions, replyMarkup }
}

struct MessageName: Encodable {
    let chatId: Int64
    let messageId: Int64
}

struct AnswerCallback: Encodable {
    let callbackQueryId: String
    let text: String?
}

struct GetUpdates: Encodable {
    let offset: Int64?
    let limit = 100
    let timeout: Int
    let allowedUpdates: [String]

    private enum CodingKeys: CodingKey { case offset, limit, timeout, allowedUpdates }
}

struct SetWebhook: Encodable {
    let url: String
    let secretToken: String
    let allowedUpdates: [String]
    let maxConnections = 40

    private enum CodingKeys: CodingKey { case url, secretToken, allowedUpdates, maxConnections }
}

struct SetCommands: Encodable {
    let commands: [BotCommand]
    let languageCode: String?
}

struct InputDocument: Encodable {
    let type = "document"
    let media: String
    let caption: String?

    private enum CodingKeys: CodingKey { case type, media, caption }
}
