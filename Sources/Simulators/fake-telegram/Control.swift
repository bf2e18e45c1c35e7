import FakeTelegram
import FoundationEssentials
import HTTPRouting
import HTTPTypes

/// The side of the users, for tests: what they send and press, and what they see.
struct Control: Sendable {
    let telegram: Telegram
    let deliver: @Sendable (JSONValue) async -> Void

    func addRoutes(to router: inout Router) {
        router.post("/control/chat") { request, _ in
            let value = try await Self.body(request)
            await telegram.know(value)
            return Self.json(true)
        }
        // A message as Telegram would bring it; `file` puts a file into it under that kind.
        router.post("/control/message") { request, _ in try await message(Call.read(request)) }
        router.post("/control/press") { request, _ in try await press(Self.body(request)) }
        router.post("/control/update") { request, _ in
            let update = await telegram.add(update: try await Self.body(request))
            await deliver(update)
            return Self.json(update)
        }
        router.get("/control/chats/{id}") { _, parameters in
            Self.json(await telegram.shown(Int64(parameters["id"]) ?? 0))
        }
        router.delete("/control/chats/{id}/{message}") { _, parameters in
            do {
                try await telegram.delete(
                    Int64(parameters["id"]) ?? 0, Int64(parameters["message"]) ?? 0)
                return Self.json(true)
            } catch {
                return Self.json(false)
            }
        }
        router.get("/control/documents/{chat}/{message}") { _, parameters in
            let found = await telegram.message(
                Int64(parameters["chat"]) ?? 0, Int64(parameters["message"]) ?? 0)
            return HTTPResponse(.ok, body: .bytes(found?.file ?? []))
        }
        router.post("/control/faults") { request, _ in
            await telegram.plan(try await Self.body(request))
            return Self.json(true)
        }
        router.post("/control/reset") { _, _ in
            await telegram.reset()
            return Self.json(true)
        }
        DataCentreControl(telegram: telegram).addRoutes(to: &router)
        router.get("/control/state") { _, _ in Self.json(await telegram.state()) }
    }

    static func body(_ request: HTTPRequest) async throws -> JSONValue {
        guard let value = JSONValue.parse(try await request.body.collect(upTo: 4 << 20)) else {
            throw HTTPError(.badRequest, "send JSON")
        }
        return value
    }

    static func json(_ value: JSONValue, status: HTTPStatus = .ok) -> HTTPResponse {
        HTTPResponse(status, fields: [.contentType: "application/json"], body: .bytes(value.bytes))
    }

    private func message(_ call: Call) async throws -> HTTPResponse {
        guard var value = call.json("message"), let chat = value["chat"] else {
            throw HTTPError(.badRequest, "send a message with its chat")
        }
        await telegram.know(chat)
        if let kind = call.text("kind") { value[kind] = await telegram.attachment(call, kind) }
        if let reply = value["reply_to"]?.whole, let id = chat["id"]?.whole {
            value["reply_to"] = nil
            value["reply_to_message"] = await telegram.message(id, reply)?.value
        }
        let message = await telegram.addMessage(chat["id"]?.whole ?? 0, value, isFromBot: false)
        let update = await telegram.add(update: ["message": message])
        await deliver(update)
        return Self.json(["message": message, "update_id": update["update_id"] ?? .null])
    }

    private func press(_ value: JSONValue) async throws -> HTTPResponse {
        let chat = value["chat"]?.whole ?? 0
        guard let message = await telegram.message(chat, value["message"]?.whole ?? 0)?.value else {
            throw HTTPError(.notFound, "no such message")
        }
        let id = String(Int64.random(in: 1 ... .max))
        let update = await telegram.add(
            update: [
                "callback_query": [
                    "id": .text(id), "from": value["from"] ?? .null, "message": message, "chat_instance": "1",
                    "data": value["data"] ?? .null,
                ]
            ])
        await deliver(update)
        return Self.json(["id": .text(id)])
    }
}

extension Telegram {
    /// A file as part of a message; `size` makes Telegram speak of a larger one than is there.
    func attachment(_ call: Call, _ kind: String) -> JSONValue {
        let content = content(call)
        let name = call.files["file"]?.name ?? call.text("name") ?? "file"
        let size = call.whole("size")
        let id = addFile(
            content, name: name, mimeType: call.text("mime") ?? "application/octet-stream", kind: kind, size: size,
            dataCentre: Int(call.whole("dc") ?? 4))
        var value: JSONValue = [
            "file_id": .text(id), "file_unique_id": .text(call.text("unique") ?? files[id]?.unique ?? ""),
            "file_size": .whole(size ?? content.count),
        ]
        if kind != "document" { value["duration"] = .whole(call.whole("duration") ?? 1) }
        if kind == "document" || kind == "audio" { value["file_name"] = .text(name) }
        if kind == "video_note" { value["length"] = 240 }
        if kind == "video" {
            value["width"] = 640
            value["height"] = 480
        }
        if let type = call.text("mime") { value["mime_type"] = .text(type) }
        return value
    }

    /// The bytes of the form, or of a file on this machine; then `filler` bytes of noise, and those of `tail`.
    private func content(_ call: Call) -> FakeContent {
        var pieces: [FakeContent.Piece] = [.bytes(call.files["file"]?.bytes ?? [])]
        if let path = call.text("path") {
            pieces.append(.bytes([UInt8]((try? Data(contentsOf: URL(filePath: path))) ?? Data())))
        }
        // With a seed the file is as large as it says, and every byte follows from where it stands.
        if let seed = call.whole("seed") {
            return FakeContent([.computed(seed: UInt64(seed), count: call.whole("size") ?? 0)])
        }
        if let count = call.whole("filler") { pieces.append(.noise(seed: 1, count: count)) }
        if let tail = call.files["tail"]?.bytes { pieces.append(.bytes(tail)) }
        return FakeContent(pieces)
    }

    func shown(_ chat: Int64) -> JSONValue {
        .list(
            (messages[chat] ?? [:]).sorted { $0.key < $1.key }.map { _, message in
                var value = message.value
                value["from_bot"] = .bool(message.isFromBot)
                value["edits"] = .whole(Int64(message.edits))
                value["times"] = .list(message.times.map { .number($0) })
                return value
            })
    }

    func plan(_ value: JSONValue) {
        if let seconds = value["down"]?.whole { faults.downUntil = now() + Double(seconds) }
        if let user = value["admin"]?.whole { admins.insert(user) }
        if case .bool(let isOn)? = value["pacing"] { paces.isOn = isOn }
        if let chat = value["block"]?.whole { blocked.insert(chat) }
        if let id = value["lose_file"]?.text { files[id] = nil }
        guard let method = value["method"]?.text else { return }
        faults.faults.append(
            FaultPlan.Fault(
                method: method, kind: value["kind"]?.text ?? "status", code: value["code"]?.whole ?? 500,
                text: value["text"]?.text ?? "Internal Server Error", left: value["count"]?.whole ?? 1,
                chat: value["chat"]?.whole))
    }

    func state() -> JSONValue {
        [
            "pending": .whole(Int64(pending.count)), "webhook": .text(webhook?.url ?? ""),
            "secret": .text(webhook?.secret ?? ""), "commands": .object(commands), "presses": .object(presses),
            "downloads": .whole(Int64(downloads)), "calls": .list(calls),
            "faults_left": .whole(faults.faults.reduce(0) { $0 + $1.left }),
        ]
    }
}
