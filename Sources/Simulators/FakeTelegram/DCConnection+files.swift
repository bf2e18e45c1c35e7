import EventLoops
import MTProto

/// Files and messages.
extension DCConnection {
    /// The rules of https://core.telegram.org/api/files#downloading-files, in the words the server uses.
    func getFile(_ reader: inout TLReader, _ bot: Int64) throws -> [UInt8] {
        let flags = try reader.int()
        let constructor = try reader.uint32()
        guard constructor == TL.inputDocumentFileLocation else { throw CallError(400, "LOCATION_INVALID") }
        let (id, hash) = (try reader.long(), try reader.long())
        let reference = try reader.bytes()
        _ = try reader.string()
        let offset = try reader.long()
        let limit = Int64(try reader.int())
        guard let file = world.file(id), file.accessHash(of: bot) == hash else {
            throw CallError(400, "FILE_ID_INVALID")
        }
        guard file.dataCentre == dataCentre else { throw CallError(303, "FILE_MIGRATE_\(file.dataCentre)") }
        guard !reference.isEmpty else { throw CallError(400, "FILE_REFERENCE_EMPTY") }
        guard reference.count == 25 else { throw CallError(400, "FILE_REFERENCE_INVALID") }
        guard reference == file.reference else { throw CallError(400, "FILE_REFERENCE_EXPIRED") }
        try Self.check(offset, limit, isPrecise: flags & 1 != 0)
        return Self.part(file.content.read(offset, Int(limit)))
    }

    private static func check(_ offset: Int64, _ limit: Int64, isPrecise: Bool) throws {
        let step: Int64 = isPrecise ? 1024 : 4096
        guard offset >= 0, offset % step == 0 else { throw CallError(400, "OFFSET_INVALID") }
        guard limit > 0, limit <= 1 << 20, limit % step == 0, isPrecise || (1 << 20) % limit == 0,
            offset >> 20 == (offset + limit - 1) >> 20
        else { throw CallError(400, "LIMIT_INVALID") }
    }

    static func part(_ bytes: [UInt8]) -> [UInt8] {
        var writer = TLWriter(TL.file)
        writer.reserve(bytes.count + 64)
        writer.uint32(TL.fileUnknown)
        writer.int(1_700_000_000)
        writer.bytes(bytes)
        return writer.bytes
    }

    func getMessages(_ reader: inout TLReader, _ bot: Int64, channel: Int64?) throws -> [UInt8] {
        let chat = channel.map { -1_000_000_000_000 - $0 } ?? 0
        if let members = world.state.withLock({ $0.members[chat] }), !members.contains(bot) {
            throw CallError(400, "CHANNEL_INVALID")
        }
        var ids: [Int32] = []
        for _ in 0..<(try reader.vectorCount(smallest: 8)) {
            try reader.expect(TL.inputMessageID)
            ids.append(try reader.int())
        }
        var writer = TLWriter(channel == nil ? TL.messages : TL.channelMessages)
        if channel != nil { for value in [0, 1, Int32(ids.count)] { writer.int(value) } }
        writer.vector(ids) { writer, id in
            let file = world.state.withLock { state in
                state.messages[.init(chat: chat, message: id)].flatMap { state.files[$0] }
            }
            Self.write(id, channel, file, bot, to: &writer)
        }
        for _ in 0..<3 { writer.vector([Int]()) { _, _ in } }
        return writer.bytes
    }

    private static func write(
        _ id: Int32, _ channel: Int64?, _ file: FakeFile?, _ bot: Int64, to writer: inout TLWriter
    ) {
        guard let file else {
            writer.uint32(TL.messageEmpty)
            writer.int(0)
            return writer.int(id)
        }
        writer.uint32(TL.message)
        writer.int(1 << 9)
        writer.int(0)
        writer.int(id)
        writer.uint32(channel == nil ? TL.peerUser : TL.peerChannel)
        writer.long(channel ?? 100)
        writer.int(1_700_000_000)
        writer.string("")
        writer.uint32(TL.messageMediaDocument)
        writer.int(1)
        file.write(to: &writer, for: bot)
    }
}
