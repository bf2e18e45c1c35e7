import Accounts
import BotAPI

/// What somebody means with an update, before anything is known about them.
enum Intent: Sendable, Hashable {
    case command(String, argument: String)
    /// A file, and the message it stands in.
    case media(ChatFile, message: Int64)
    /// A file in a group that nobody asked for.
    case unasked(ChatFile)
    case press(String)
    /// Names of speakers, in answer to one of the bot's messages.
    case naming([String: String], answered: Int64)
    /// Words, or something else that is no recording.
    case other
    /// The bot was put into a group.
    case added
    /// The group became a supergroup with another id.
    case moved(to: Int64)
    case nothing

    /// - Parameter username: the bot's, without `@`.
    init(_ update: Update, bot: Int64, username: String) {
        if let query = update.callbackQuery {
            self = query.message == nil ? .nothing : .press(query.data ?? "")
        } else if let change = update.myChatMember {
            let isNew = ["member", "administrator"].contains(change.newChatMember.status)
            self = isNew && !change.chat.isPrivate ? .added : .nothing
        } else if let message = update.message, message.from?.isBot != true || message.senderChat != nil {
            self = Self.message(message, bot: bot, username: username)
        } else {
            self = .nothing
        }
    }

    private static func message(_ message: Message, bot: Int64, username: String) -> Intent {
        if let chat = message.migrateToChatId { return .moved(to: chat) }
        let reading = Reading(message, username: username)
        if let answered = message.replyToMessage, answered.from?.id == bot, reading.command == nil,
            let naming = SpeakerNaming(message.text ?? "")
        {
            return .naming(naming.names, answered: answered.messageId)
        }
        if let (name, argument) = reading.command {
            guard name == "transcribe" else { return .command(name, argument: argument) }
            return answered(message) ?? own(message) ?? .command(name, argument: argument)
        }
        if message.chat.isPrivate { return own(message) ?? .other }
        let isAsked = reading.mentionsBot || message.replyToMessage?.from?.id == bot
        if let own = own(message) {
            guard case .media(let file, _) = own, !isAsked else { return own }
            return isRecording(message) ? .unasked(file) : .nothing
        }
        return reading.mentionsBot ? answered(message) ?? .command("transcribe", argument: "") : .nothing
    }

    private static func own(_ message: Message) -> Intent? {
        let found = file(
            voice: message.voice, audio: message.audio, video: message.video, note: message.videoNote,
            animation: message.animation, document: message.document, photo: message.photo,
            isProtected: message.hasProtectedContent)
        return found.map { .media($0, message: message.messageId) }
    }

    private static func answered(_ message: Message) -> Intent? {
        guard let other = message.replyToMessage else { return nil }
        let found = file(
            voice: other.voice, audio: other.audio, video: other.video, note: other.videoNote,
            animation: other.animation, document: other.document, photo: other.photo,
            isProtected: other.hasProtectedContent)
        return found.map { .media($0, message: other.messageId) }
    }

    /// Sure to be meant for ears; other documents in a group are none of the bot's business.
    private static func isRecording(_ message: Message) -> Bool {
        if message.animation != nil || message.photo != nil { return false }
        guard let document = message.document else { return true }
        return document.mimeType?.hasPrefix("audio/") == true || document.mimeType?.hasPrefix("video/") == true
    }

    private static func file(
        voice: Attachment?, audio: Attachment?, video: Attachment?, note: Attachment?, animation: Attachment?,
        document: Attachment?, photo: [Attachment]?, isProtected: Bool?
    ) -> ChatFile? {
        // An animation comes as a document too.
        let kinds: [(Attachment?, String)] = [
            (voice, "voice.ogg"), (audio, "audio"), (video, "video.mp4"), (note, "video note.mp4"),
            (animation, "animation.mp4"), (document, "file"), (photo?.last, "photo.jpg"),
        ]
        for (attachment, name) in kinds {
            guard let attachment else { continue }
            return ChatFile(
                id: attachment.fileId, uniqueID: attachment.fileUniqueId, bytes: attachment.fileSize,
                name: String((attachment.fileName ?? name).prefix(200)), duration: attachment.duration,
                mimeType: attachment.mimeType, isProtected: isProtected)
        }
        return nil
    }
}

/// The words of a message as far as they are meant for the bot.
struct Reading {
    private(set) var command: (name: String, argument: String)?
    private(set) var mentionsBot = false

    init(_ message: Message, username: String) {
        let text = message.text ?? message.caption ?? ""
        let entities = message.entities ?? message.captionEntities ?? []
        let own = "@" + username.lowercased()
        for entity in entities.prefix(100) {
            guard let part = MessageText.part(text, offset: entity.offset, length: entity.length) else { continue }
            switch entity.type {
            case "mention": if part.lowercased() == own { mentionsBot = true }
            case "bot_command": if entity.offset == 0 { take(String(part), rest: text[part.endIndex...], own) }
            default: continue
            }
        }
    }

    private mutating func take(_ word: String, rest: Substring, _ own: String) {
        let parts = word.dropFirst().lowercased().split(separator: "@", maxSplits: 1)
        guard let name = parts.first, parts.count == 1 || "@" + parts[1] == own else { return }
        let words = rest.split(whereSeparator: \.isWhitespace)
        command = (String(name), words.joined(separator: " "))
    }
}
