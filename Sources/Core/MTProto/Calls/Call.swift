/// The calls of the interface that files need. Each is wrapped in `invokeWithoutUpdates`, because the Bot API is where
/// this bot's updates go.
public enum Call {
    private static func call(_ constructor: UInt32, _ write: (inout TLWriter) -> Void = { _ in }) -> [UInt8] {
        var writer = TLWriter(TL.invokeWithoutUpdates)
        writer.uint32(constructor)
        write(&writer)
        return writer.bytes
    }

    /// Which call a body is.
    public static func constructor(of body: [UInt8]) -> UInt32 {
        var reader = TLReader(body)
        guard (try? reader.uint32()) == TL.invokeWithoutUpdates else { return 0 }
        return (try? reader.uint32()) ?? 0
    }

    public static func getConfig() -> [UInt8] { call(TL.getConfig) }

    /// Logs a bot in. Telegram counts these calls; do it once for a key.
    public static func importBotAuthorization(apiID: Int32, apiHash: String, token: String) -> [UInt8] {
        call(TL.importBotAuthorization) { writer in
            writer.int(0)
            writer.int(apiID)
            writer.string(apiHash)
            writer.string(token)
        }
    }

    /// Asks the home data centre for what logs in to another one.
    public static func exportAuthorization(to dataCentre: Int) -> [UInt8] {
        call(TL.exportAuthorization) { $0.int(Int32(clamping: dataCentre)) }
    }

    public static func importAuthorization(_ exported: ExportedAuthorization) -> [UInt8] {
        call(TL.importAuthorization) { writer in
            writer.long(exported.id)
            writer.bytes(exported.bytes)
        }
    }

    /// - Parameter isPrecise: allows multiples of 1 KiB instead of powers of two from 4 KiB
    ///   (https://core.telegram.org/api/files#downloading-files).
    public static func getFile(_ location: FileLocation, offset: Int64, limit: Int, isPrecise: Bool) -> [UInt8] {
        call(TL.getFile) { writer in
            writer.int(isPrecise ? 1 : 0)
            location.write(to: &writer)
            writer.long(offset)
            writer.int(Int32(limit))
        }
    }

    /// One message of a chat as the Bot API names it. Groups other than channels share one box with private chats.
    public static func getMessage(chat: Int64, message: Int32) -> [UInt8] {
        let ids: (inout TLWriter) -> Void = { writer in
            writer.vector([message]) { writer, id in
                writer.uint32(TL.inputMessageID)
                writer.int(id)
            }
        }
        guard let channel = ChatID.channel(chat) else { return call(TL.getMessages, ids) }
        return call(TL.channelsGetMessages) { writer in
            writer.uint32(TL.inputChannel)
            writer.long(channel)
            // A bot may leave the hash of a channel it is a member of empty.
            writer.long(0)
            ids(&writer)
        }
    }
}

/// Chats as the Bot API numbers them.
public enum ChatID {
    private static let channels: Int64 = 1_000_000_000_000

    /// The number of a channel or supergroup: −100… in the Bot API.
    public static func channel(_ chat: Int64) -> Int64? { chat < -channels ? -chat - channels : nil }
}

/// What one data centre gives to be shown to another. Good for one use.
public struct ExportedAuthorization: Sendable, Hashable {
    public var id: Int64
    public var bytes: [UInt8]

    public init(id: Int64, bytes: [UInt8]) {
        self.id = id
        self.bytes = bytes
    }

    public init(_ answer: TLReader) throws(TLError) {
        var reader = answer
        try reader.expect(TL.exportedAuthorization)
        id = try reader.long()
        bytes = try reader.bytes()
    }
}
