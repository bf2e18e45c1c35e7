// What arrives from the Bot API (https://core.telegram.org/bots/api#available-types), as far as it is used. Names are
// the wire's, with capitals where it has underscores.

public struct User: Sendable, Hashable, Codable {
    public var id: Int64
    public var isBot: Bool
    public var firstName: String
    public var username: String?
    /// IETF tag of the user's own interface.
    public var languageCode: String?
}

public struct Chat: Sendable, Hashable, Codable {
    public var id: Int64
    /// `private`, `group`, `supergroup` or `channel`.
    public var type: String
    public var title: String?

    public var isPrivate: Bool { type == "private" }
}

/// Any kind of file in a message; which fields are there depends on the kind.
public struct Attachment: Sendable, Hashable, Codable {
    /// For this bot, to fetch it.
    public var fileId: String
    /// The same for everybody, always: names the content.
    public var fileUniqueId: String
    public var fileSize: Int64?
    public var fileName: String?
    public var mimeType: String?
    /// Seconds.
    public var duration: Double?
}

public struct MessageEntity: Sendable, Hashable, Codable {
    public var type: String
    /// UTF-16 units.
    public var offset: Int
    public var length: Int
}

public struct Message: Sendable, Hashable, Codable {
    public var messageId: Int64
    public var messageThreadId: Int64?
    public var isTopicMessage: Bool?
    public var from: User?
    public var senderChat: Chat?
    public var chat: Chat
    public var text: String?
    public var entities: [MessageEntity]?
    public var caption: String?
    public var captionEntities: [MessageEntity]?
    public var mediaGroupId: String?
    public var voice: Attachment?
    public var audio: Attachment?
    public var video: Attachment?
    public var videoNote: Attachment?
    public var document: Attachment?
    public var animation: Attachment?
    /// One picture in several sizes, the largest last.
    public var photo: [Attachment]?
    /// It may not be saved or forwarded.
    public var hasProtectedContent: Bool?
    /// Never holds a further one.
    public var replyToMessage: RepliedMessage?
    /// The group became this supergroup; the message is the group's last.
    public var migrateToChatId: Int64?
}

/// The message another one answers.
public struct RepliedMessage: Sendable, Hashable, Codable {
    public var messageId: Int64
    public var from: User?
    public var voice: Attachment?
    public var audio: Attachment?
    public var video: Attachment?
    public var videoNote: Attachment?
    public var document: Attachment?
    public var animation: Attachment?
    public var photo: [Attachment]?
    public var hasProtectedContent: Bool?
}

/// Where a pressed button is. An inaccessible message has only its ids.
public struct PressedMessage: Sendable, Hashable, Codable {
    public var messageId: Int64
    public var messageThreadId: Int64?
    public var isTopicMessage: Bool?
    public var chat: Chat
}

public struct CallbackQuery: Sendable, Hashable, Codable {
    public var id: String
    public var from: User
    public var message: PressedMessage?
    public var data: String?
}

public struct ChatMember: Sendable, Hashable, Codable {
    /// `creator`, `administrator`, `member`, `restricted`, `left` or `kicked`.
    public var status: String
}

public struct ChatMemberUpdated: Sendable, Hashable, Codable {
    public var chat: Chat
    public var from: User
    public var newChatMember: ChatMember
}

/// One update. A kind that is not known here, or one that cannot be read, has only its number.
public struct Update: Sendable, Hashable, Codable {
    public var updateId: Int64
    public var message: Message?
    public var callbackQuery: CallbackQuery?
    public var myChatMember: ChatMemberUpdated?

    private enum CodingKeys: String, CodingKey { case updateId, message, callbackQuery, myChatMember }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        updateId = try container.decode(Int64.self, forKey: .updateId)
        // One odd update must not hold up those after it.
        message = try? container.decodeIfPresent(Message.self, forKey: .message)
        callbackQuery = try? container.decodeIfPresent(CallbackQuery.self, forKey: .callbackQuery)
        myChatMember = try? container.decodeIfPresent(ChatMemberUpdated.self, forKey: .myChatMember)
    }
}

/// The answer to `getFile`.
public struct RemoteFile: Sendable, Hashable, Codable {
    public var fileId: String
    public var fileSize: Int64?
    /// Relative to the server's file address, or absolute on a self-hosted server in local mode.
    public var filePath: String?
}

public struct WebhookInfo: Sendable, Hashable, Codable {
    public var url: String
    public var pendingUpdateCount: Int?
    public var lastErrorMessage: String?
}
