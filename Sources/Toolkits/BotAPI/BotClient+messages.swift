internal import FoundationEssentials
internal import HTTPTypes
internal import Multipart

extension BotClient {
    /// The id of a message that was sent.
    private struct Sent: Decodable { let messageId: Int64 }
    private struct Ignored: Decodable { init(from decoder: any Decoder) throws {} }

    /// Sends text in Telegram's HTML. Returns the message's id.
    public func sendMessage(
        _ text: String, to destination: Destination, keyboard: InlineKeyboard? = nil
    ) async throws -> Int64 {
        let sent: Sent = try await call(
            "sendMessage",
            SendMessage(
                chatId: destination.chat, messageThreadId: destination.thread,
                replyParameters: destination.replyTo.map { ReplyParameters(messageId: $0) }, text: text,
                replyMarkup: keyboard))
        return sent.messageId
    }

    /// Replaces a message's text and buttons. A message that is like that already is fine.
    public func editMessage(
        _ message: Int64, in chat: Int64, _ text: String, keyboard: InlineKeyboard? = nil
    ) async throws {
        do {
            let _: Ignored = try await call(
                "editMessageText",
                EditMessage(chatId: chat, messageId: message, text: text, replyMarkup: keyboard))
        } catch let error as BotAPIError where error.code == .notModified {
            // As it should be.
        }
    }

    public func deleteMessage(_ message: Int64, in chat: Int64) async throws {
        let _: Ignored = try await call("deleteMessage", MessageName(chatId: chat, messageId: message))
    }

    /// Ends a button's waiting sign.
    public func answerCallback(_ id: String, _ text: String?) async throws {
        let _: Ignored = try await call("answerCallbackQuery", AnswerCallback(callbackQueryId: id, text: text))
    }

    /// Sends one file, or up to ten in one call, all or none. Returns the messages' ids.
    public func sendFiles(_ files: [UploadedFile], to destination: Destination) async throws -> [Int64] {
        guard files.count > 1 else { return try await sendFile(files, to: destination) }
        var form = try form(for: destination)
        let documents = files.indices.map { InputDocument(media: "attach://file\($0)", caption: nil) }
        form.add("media", try Self.json(documents))
        for (index, file) in files.enumerated() {
            form.add("file\(index)", fileName: file.name, contentType: file.mediaType, body: .bytes(file.bytes))
        }
        let sent: [Sent] = try await upload("sendMediaGroup", form)
        return sent.map(\.messageId)
    }

    private func sendFile(_ files: [UploadedFile], to destination: Destination) async throws -> [Int64] {
        guard let file = files.first else { return [] }
        var form = try form(for: destination)
        form.add("document", fileName: file.name, contentType: file.mediaType, body: .bytes(file.bytes))
        let sent: Sent = try await upload("sendDocument", form)
        return [sent.messageId]
    }

    private func form(for destination: Destination) throws -> MultipartForm {
        var form = MultipartForm()
        form.add("chat_id", String(destination.chat))
        if let thread = destination.thread { form.add("message_thread_id", String(thread)) }
        if let message = destination.replyTo {
            form.add("reply_parameters", try Self.json(ReplyParameters(messageId: message)))
        }
        return form
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try encoder().encode(value), as: UTF8.self)
    }
}
