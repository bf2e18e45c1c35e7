import FakeTelegram
import HTTPRanges
import HTTPTypes
import MTProto

/// The methods of the Bot API that the simulator speaks (https://core.telegram.org/bots/api#available-methods).
extension Telegram {
    /// Those that count against the limits of messages.
    static let paced: Set<String> = ["sendMessage", "editMessageText", "sendDocument", "sendMediaGroup"]

    func perform(_ method: String, _ call: Call) async throws -> JSONValue {
        switch method.lowercased() {
        case "getme": return me
        case "getupdates": return try await getUpdates(call)
        case "setwebhook": return try setWebhook(call)
        case "deletewebhook":
            webhook = nil
            return true
        case "getwebhookinfo":
            return [
                "url": .text(webhook?.url ?? ""), "has_custom_certificate": false,
                "pending_update_count": .whole(Int64(pending.count)),
            ]
        case "sendmessage": return try sendMessage(call)
        case "editmessagetext": return try editMessageText(call)
        case "editmessagereplymarkup":
            return try edit(try call.chat(), call.whole("message_id") ?? 0) {
                $0["reply_markup"] = call.json("reply_markup")
            }
        case "deletemessage":
            try delete(try call.chat(), call.whole("message_id") ?? 0)
            return true
        case "senddocument": return try sendDocument(call)
        case "sendmediagroup": return try sendMediaGroup(call)
        case "answercallbackquery":
            guard let id = call.text("callback_query_id") else { throw Refusal.bad("query_id_invalid") }
            pressed(id, .text(call.text("text") ?? ""))
            return true
        case "getfile": return try getFile(call)
        case "setmycommands":
            setCommands(call.text("language_code") ?? "", call.json("commands") ?? [])
            return true
        case "getmycommands": return commands[call.text("language_code") ?? ""] ?? []
        case "getchatmember":
            let user = call.whole("user_id") ?? 0
            return [
                "status": admins.contains(user) ? "administrator" : "member",
                "user": ["id": .whole(user), "is_bot": false, "first_name": "Somebody"],
            ]
        case "sendchataction", "deletemycommands", "logout", "close": return true
        default: throw Refusal(code: 404, description: "Not Found: method not found")
        }
    }

    private func getUpdates(_ call: Call) async throws -> JSONValue {
        guard webhook == nil else {
            throw Refusal(
                code: 409,
                description: "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to "
                    + "delete the webhook first")
        }
        if let offset = call.whole("offset") { confirm(below: offset) }
        guard await waitForUpdate(seconds: min(call.whole("timeout") ?? 0, 50)) else {
            throw Refusal(
                code: 409,
                description: "Conflict: terminated by other getUpdates request; make sure that only one bot instance "
                    + "is running")
        }
        let limit = Int(call.whole("limit") ?? 100)
        return .list(Array(pending.prefix(max(1, min(limit, 100)))))
    }

    private func setWebhook(_ call: Call) throws(Refusal) -> JSONValue {
        let url = call.text("url") ?? ""
        let secret = call.text("secret_token") ?? ""
        webhook = url.isEmpty ? nil : (url, secret)
        return true
    }

    // MARK: - Messages

    private func checkText(_ call: Call) throws(Refusal) -> String {
        guard let text = call.text("text"), !text.isEmpty else { throw .bad("message text is empty") }
        let plain = call.text("parse_mode")?.uppercased() == "HTML" ? try HTML.plain(text) : text
        guard plain.utf16.count <= 4096 else { throw .bad("message is too long") }
        return plain
    }

    private func destination(_ call: Call, _ value: inout JSONValue) throws(Refusal) -> Int64 {
        let chat = try call.chat()
        guard chats[chat] != nil else { throw .bad("chat not found") }
        if blocked.contains(chat) {
            throw Refusal(code: 403, description: "Forbidden: bot was blocked by the user")
        }
        if let thread = call.whole("message_thread_id") {
            value["message_thread_id"] = .whole(thread)
            value["is_topic_message"] = true
        }
        if let reply = call.json("reply_parameters"), let id = reply["message_id"]?.whole {
            if let original = message(chat, id)?.value {
                var short = original
                short["reply_to_message"] = nil
                value["reply_to_message"] = short
            } else if reply["allow_sending_without_reply"] != true {
                throw .bad("message to be replied not found")
            }
        }
        return chat
    }

    private func sendMessage(_ call: Call) throws(Refusal) -> JSONValue {
        var value: JSONValue = ["from": me, "text": .text(try checkText(call))]
        if let markup = call.json("reply_markup") { value["reply_markup"] = try checked(markup) }
        let chat = try destination(call, &value)
        return addMessage(chat, value, isFromBot: true)
    }

    private func editMessageText(_ call: Call) throws(Refusal) -> JSONValue {
        let text = try checkText(call)
        let markup = try call.json("reply_markup").map { value throws(Refusal) in try checked(value) }
        return try edit(try call.chat(), call.whole("message_id") ?? 0) { value in
            value["text"] = .text(text)
            value["reply_markup"] = markup
        }
    }

    private func checked(_ markup: JSONValue) throws(Refusal) -> JSONValue {
        for row in markup["inline_keyboard"]?.list ?? [] {
            for button in row.list ?? [] {
                let size = button["callback_data"]?.text?.utf8.count ?? 1
                guard (1...64).contains(size) else { throw .bad("BUTTON_DATA_INVALID") }
                let copied = button["copy_text"]?["text"]?.text
                guard copied.map({ (1...256).contains($0.count) }) ?? true else {
                    throw .bad("BUTTON_COPY_TEXT_INVALID")
                }
                if let url = button["url"]?.text, url.contains("://localhost") {
                    throw .bad("inline keyboard button URL '\(url)' is invalid: Wrong HTTP URL")
                }
                let actions = [button["callback_data"], button["url"], button["copy_text"]].count { $0 != nil }
                guard actions == 1 else { throw .bad("text buttons are unallowed in the inline keyboard") }
                guard button["text"]?.text?.isEmpty == false else { throw .bad("inline keyboard button text is empty") }
            }
        }
        return markup
    }

    // MARK: - Files

    private func document(_ call: Call, _ field: String) throws(Refusal) -> (JSONValue, [UInt8]) {
        guard let file = call.files[field] else { throw .bad("there is no document in the request") }
        guard !file.bytes.isEmpty else { throw .bad("file must be non-empty") }
        guard file.bytes.count <= 50_000_000 else { throw Refusal(code: 413, description: "Request Entity Too Large") }
        let id = addFile(file.bytes, name: file.name)
        return (
            [
                "file_id": .text(id), "file_unique_id": .text("u" + id), "file_name": .text(file.name),
                "file_size": .whole(Int64(file.bytes.count)),
            ], file.bytes
        )
    }

    private func sendDocument(_ call: Call) throws(Refusal) -> JSONValue {
        let named = call.text("document") ?? ""
        let field = named.hasPrefix("attach://") ? String(named.dropFirst("attach://".count)) : "document"
        let (document, bytes) = try document(call, field)
        var value: JSONValue = ["from": me, "document": document]
        if let caption = call.text("caption") {
            guard caption.utf16.count <= 1024 else { throw .bad("message caption is too long") }
            value["caption"] = .text(caption)
        }
        let chat = try destination(call, &value)
        return addMessage(chat, value, isFromBot: true, file: bytes)
    }

    private func sendMediaGroup(_ call: Call) throws(Refusal) -> JSONValue {
        let media = call.json("media")?.list ?? []
        guard (2...10).contains(media.count) else { throw .bad("there must be 2 to 10 items in a media group") }
        var sent: [(JSONValue, [UInt8])] = []
        var chat: Int64 = 0
        for item in media {
            let field = String((item["media"]?.text ?? "").dropFirst("attach://".count))
            let (document, bytes) = try document(call, field)
            var value: JSONValue = ["from": me, "document": document, "media_group_id": "1"]
            chat = try destination(call, &value)
            sent.append((value, bytes))
        }
        var result: [JSONValue] = []
        for (value, bytes) in sent { result.append(addMessage(chat, value, isFromBot: true, file: bytes)) }
        return .list(result)
    }

    func addFile(_ bytes: [UInt8], name: String, size: Int64? = nil) -> String {
        addFile(FakeContent(bytes), name: name, size: size)
    }

    /// Puts a file where both interfaces find it; returns its name for the bot.
    func addFile(
        _ content: FakeContent, name: String, mimeType: String = "application/octet-stream", kind: String = "document",
        size: Int64? = nil, dataCentre: Int = 4
    ) -> String {
        let types = ["voice": 3, "video": 4, "audio": 9, "video_note": 13]
        let file = dataCentres.addFile(
            content, name: name, mimeType: mimeType, type: types[kind] ?? 5, in: dataCentre)
        let id = file.fileID(for: bot)
        let path = "documents/file_\(files.count + 1)"
        paths[path] = id.text
        files[id.text] = File(
            content: content, path: path, size: size ?? content.count, document: file.id,
            unique: id.uniqueText)
        return id.text
    }

    private func getFile(_ call: Call) throws(Refusal) -> JSONValue {
        guard let id = call.text("file_id"), let file = files[id] else {
            throw .bad("wrong file_id or the file is temporarily unavailable")
        }
        guard isLocal || file.size <= 20 * 1024 * 1024 else { throw .bad("file is too big") }
        return [
            "file_id": .text(id), "file_unique_id": .text(file.unique), "file_size": .whole(file.size),
            "file_path": .text(file.path),
        ]
    }

    func content(path: String) -> (any ByteSource)? {
        downloads += 1
        return paths[path].flatMap { files[$0] }.map { ContentSource(content: $0.content) }
    }
}

/// Telegram's HTML, as strictly as Telegram reads it.
enum HTML {
    private static let tags: Set<String> = ["b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote"]
    private static let names = ["&lt;": "<", "&gt;": ">", "&amp;": "&", "&quot;": "\""]

    static func plain(_ text: String) throws(Refusal) -> String {
        var result = ""
        var open: [String] = []
        var rest = text[...]
        while let first = rest.first {
            if first == "<" {
                guard let end = rest.firstIndex(of: ">") else { throw .bad("can't parse entities: unclosed start tag") }
                let tag = rest[rest.index(after: rest.startIndex)..<end].lowercased()
                rest = rest[rest.index(after: end)...]
                if tag.hasPrefix("/") {
                    guard open.popLast() == String(tag.dropFirst()) else {
                        throw .bad("can't parse entities: unmatched end tag")
                    }
                } else {
                    let name = String(tag.prefix { $0 != " " })
                    guard tags.contains(name) else {
                        throw .bad("can't parse entities: unsupported start tag \"\(name)\"")
                    }
                    open.append(name)
                }
            } else if first == "&", let entity = names.first(where: { rest.hasPrefix($0.key) }) {
                result += entity.value
                rest = rest.dropFirst(entity.key.count)
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        guard open.isEmpty else { throw .bad("can't parse entities: can't find end tag corresponding to start tag") }
        return result
    }
}
