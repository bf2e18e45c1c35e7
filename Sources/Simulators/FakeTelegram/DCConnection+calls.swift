import EventLoops
import MTProto

/// A refusal in the words of the interface.
struct CallError: Error {
    var code: Int32
    var text: String

    init(_ code: Int32, _ text: String) {
        self.code = code
        self.text = text
    }

    var bytes: [UInt8] {
        var writer = TLWriter(TL.rpcError)
        writer.int(code)
        writer.string(text)
        return writer.bytes
    }
}

/// Calls of the interface.
extension DCConnection {
    enum Number {
        static let getUsers: UInt32 = 0x0d91_a548
        static let getFullUser: UInt32 = 0xb60f_5918
        static let getState: UInt32 = 0xedd4_882a
        static let getDifference: UInt32 = 0x19c2_f763
        static let userOf222: UInt32 = 0x3177_4388
        static let user: UInt32 = 0xb1b8_cc83
        static let logOut: UInt32 = 0x3e72_ba19
    }

    /// Unwraps a call, does it, and answers, unless a fault has other plans.
    func call(_ id: Int64, _ body: TLReader, _ session: Int64, _ key: AuthKey) throws {
        var reader = body
        var constructor = try reader.uint32()
        while [TL.invokeWithLayer, TL.initConnection, TL.invokeWithoutUpdates].contains(constructor) {
            if constructor == TL.invokeWithLayer { layer = try reader.int() }
            if constructor == TL.initConnection { try skipIntroduction(&reader) }
            constructor = try reader.uint32()
        }
        note(constructor)
        if let fault = world.state.withLock({ $0.plan.next(constructor, dataCentre) }) {
            if prepare(fault, reader, constructor, key) {
                return apply(fault, id, perform(constructor, reader, key), session, key)
            }
        }
        let held = heldBack
        heldBack = nil
        answer(id, perform(constructor, reader, key), session, key)
        held?()
    }

    private func note(_ constructor: UInt32) {
        let names: [UInt32: String] = [
            TL.getFile: "getFile", TL.importBotAuthorization: "importBotAuthorization",
            TL.exportAuthorization: "exportAuthorization", TL.importAuthorization: "importAuthorization",
            TL.getConfig: "getConfig", TL.getMessages: "getMessages", TL.channelsGetMessages: "getMessages",
        ]
        guard let name = names[constructor] else { return }
        world.note(name)
        world.note("\(name).\(dataCentre)")
    }

    private func skipIntroduction(_ reader: inout TLReader) throws {
        let flags = try reader.uint32()
        _ = try reader.int()
        for _ in 0..<6 { _ = try reader.string() }
        if flags & 1 != 0 { throw TLError.unexpected(flags) }
        // A JSON object of unknown make: the call stands behind it, and is found by its number.
        if flags & 2 != 0 { while try reader.peek() != TL.getConfig { _ = try reader.uint32() } }
    }

    private func perform(_ constructor: UInt32, _ reader: TLReader, _ key: AuthKey) -> [UInt8] {
        do {
            var reader = reader
            return try result(constructor, &reader, key)
        } catch let error as CallError {
            return error.bytes
        } catch {
            return CallError(400, "INPUT_FETCH_ERROR").bytes
        }
    }

    private func result(_ constructor: UInt32, _ reader: inout TLReader, _ key: AuthKey) throws -> [UInt8] {
        switch constructor {
        case TL.getConfig: return config()
        case TL.importBotAuthorization: return try importBot(&reader, key)
        case TL.importAuthorization: return try importAuthorization(&reader, key)
        default: break
        }
        let bot = try bot(key)
        switch constructor {
        case TL.exportAuthorization: return try export(&reader, bot)
        case TL.getFile: return try getFile(&reader, bot)
        case TL.getMessages: return try getMessages(&reader, bot, channel: nil)
        case TL.channelsGetMessages:
            try reader.expect(TL.inputChannel)
            let channel = try reader.long()
            _ = try reader.long()
            return try getMessages(&reader, bot, channel: channel)
        case Number.getUsers:
            var writer = TLWriter(TL.vector)
            writer.int(1)
            writer.raw(user(bot))
            return writer.bytes
        case Number.getState:
            var writer = TLWriter(0xa56c_2a3e)
            for value in [1, 1, Int32(serverTime), 1, 0] { writer.int(value) }
            return writer.bytes
        case Number.getDifference:
            var writer = TLWriter(0x5d75_a138)
            for value in [Int32(serverTime), 1] { writer.int(value) }
            return writer.bytes
        default: throw CallError(400, "METHOD_INVALID")
        }
    }

    // MARK: - Accounts

    private func bot(_ key: AuthKey) throws -> Int64 {
        guard let bot = world.state.withLock({ $0.keys[dataCentre]?[key.id]?.bot }) else {
            throw CallError(401, "AUTH_KEY_UNREGISTERED")
        }
        return bot
    }

    private func importBot(_ reader: inout TLReader, _ key: AuthKey) throws -> [UInt8] {
        _ = (try reader.int(), try reader.int())
        guard try !reader.string().isEmpty else { throw CallError(400, "API_ID_INVALID") }
        let token = try reader.string()
        guard let bot = world.state.withLock({ $0.bots[token] }) else { throw CallError(400, "ACCESS_TOKEN_INVALID") }
        guard bot.home == dataCentre else { throw CallError(303, "USER_MIGRATE_\(bot.home)") }
        return authorize(key, bot.id)
    }

    private func authorize(_ key: AuthKey, _ bot: Int64) -> [UInt8] {
        world.state.withLock { $0.keys[dataCentre]?[key.id]?.bot = bot }
        var writer = TLWriter(TL.authorization)
        writer.int(0)
        writer.raw(user(bot))
        return writer.bytes
    }

    private func export(_ reader: inout TLReader, _ bot: Int64) throws -> [UInt8] {
        let target = Int(try reader.int())
        guard target != dataCentre, world.numbers.contains(target) else { throw CallError(400, "DC_ID_INVALID") }
        let bytes = random(64)
        world.state.withLock { $0.exports[bot] = .init(bytes: bytes, bot: bot, dataCentre: target) }
        var writer = TLWriter(TL.exportedAuthorization)
        writer.long(bot)
        writer.bytes(bytes)
        return writer.bytes
    }

    private func importAuthorization(_ reader: inout TLReader, _ key: AuthKey) throws -> [UInt8] {
        let (id, bytes) = (try reader.long(), try reader.bytes())
        let isGood = world.state.withLock { state in
            // Good for one use, whatever comes of it.
            let export = state.exports.removeValue(forKey: id)
            if state.badImports > 0 {
                state.badImports -= 1
                return false
            }
            return export?.bytes == bytes && export?.dataCentre == dataCentre
        }
        guard isGood else { throw CallError(400, "AUTH_BYTES_INVALID") }
        return authorize(key, id)
    }

    private func user(_ bot: Int64) -> [UInt8] {
        var writer = TLWriter(layer >= 226 ? Number.user : Number.userOf222)
        // Self, a bot, with hash, names and the version of its description.
        writer.int(1 << 10 | 1 << 14 | 1 | 2 | 8)
        writer.int(0)
        writer.long(bot)
        writer.long(42)
        writer.string("Stentor")
        writer.string("stentor_bot")
        writer.int(1)
        return writer.bytes
    }

    // MARK: - Addresses

    private func config() -> [UInt8] {
        let ports = world.ports
        var writer = TLWriter(TL.config)
        writer.int(0)
        writer.int(Int32(serverTime))
        writer.int(Int32(serverTime) + 3600)
        writer.bool(false)
        writer.int(Int32(dataCentre))
        writer.vector(world.numbers) { writer, number in
            writer.uint32(TL.dcOption)
            writer.int(0)
            writer.int(Int32(number))
            writer.string("127.0.0.1")
            writer.int(Int32(ports[number] ?? 0))
        }
        writer.string("")
        for _ in 0..<17 { writer.int(1) }
        for _ in 0..<4 { writer.int(1000) }
        writer.string("https://t.me/")
        for value in [1024, 4096, 4] as [Int32] { writer.int(value) }
        return writer.bytes
    }
}
