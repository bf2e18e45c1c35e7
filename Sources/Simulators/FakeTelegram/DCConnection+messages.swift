import Crypto
import EventLoops
import MTProto

/// Messages: numbers, salts, containers, and what is no call.
extension DCConnection {
    func takeSealed(_ header: MessageHeader, _ body: TLReader, _ key: AuthKey) {
        let age = Double(header.id) / 4_294_967_296 - serverTime
        guard header.id % 4 == 0, age > -300, age < 30 else {
            return complain(header, key, code: age < 0 ? 16 : 17)
        }
        let salt = world.state.withLock { $0.salts[dataCentre] ?? 0 }
        guard header.salt == salt else {
            world.note("badSalt")
            var writer = TLWriter(TL.badServerSalt)
            writer.long(header.id)
            writer.int(header.sequence)
            writer.int(48)
            writer.long(salt)
            return reply(writer.bytes, header.session, key, isContent: false)
        }
        if sessions[header.session] == nil {
            sessions[header.session] = ServerSession()
            announceSession(header.session, first: header.id, key)
        }
        do { try take(header.id, body, header.session, key) } catch { close() }
    }

    private func complain(_ header: MessageHeader, _ key: AuthKey, code: Int32) {
        world.note("badTime")
        var writer = TLWriter(TL.badMsgNotification)
        writer.long(header.id)
        writer.int(header.sequence)
        writer.int(code)
        reply(writer.bytes, header.session, key, isContent: false)
    }

    func announceSession(_ session: Int64, first: Int64, _ key: AuthKey) {
        var writer = TLWriter(TL.newSessionCreated)
        writer.long(first)
        writer.long(7)
        writer.long(world.state.withLock { $0.salts[dataCentre] ?? 0 })
        reply(writer.bytes, session, key, isAnswer: false)
    }

    private func take(_ id: Int64, _ body: TLReader, _ session: Int64, _ key: AuthKey) throws {
        var reader = body
        switch try reader.uint32() {
        case TL.msgContainer:
            for _ in 0..<(try reader.bareCount(smallest: 16)) {
                let (inner, _, length) = (try reader.long(), try reader.int(), try reader.int())
                try take(inner, try reader.sub(Int(length)), session, key)
            }
        case TL.msgsAck: world.note("ack")
        case TL.ping, TL.pingDelayDisconnect:
            world.note("ping")
            var writer = TLWriter(TL.pong)
            writer.long(id)
            writer.long(try reader.long())
            reply(writer.bytes, session, key, isContent: false)
        case TL.getFutureSalts:
            var writer = TLWriter(TL.futureSalts)
            writer.long(id)
            writer.int(Int32(serverTime))
            writer.int(1)
            writer.int(Int32(serverTime))
            writer.int(Int32(serverTime) + 3600)
            writer.long(world.state.withLock { $0.salts[dataCentre] ?? 0 })
            reply(writer.bytes, session, key, isContent: false)
        case TL.rpcDropAnswer:
            world.note("drop")
            answer(id, TLWriter(TL.rpcAnswerUnknown).bytes, session, key)
        case TL.destroySession:
            var writer = TLWriter(TL.destroySessionOK)
            writer.long(try reader.long())
            reply(writer.bytes, session, key, isContent: false)
        case TL.msgResendReq:
            world.note("resend")
            for id in try reader.longs() {
                guard let saved = announced.removeValue(forKey: id) else { continue }
                seal(id, saved.body, saved.session, saved.key, isContent: true)
            }
        case TL.msgsStateReq: break
        default: try call(id, body, session, key)
        }
    }

    /// Sends an answer to a call.
    func answer(
        _ id: Int64, _ result: [UInt8], _ session: Int64, _ key: AuthKey, drip: Int? = nil, resetAfter: Int? = nil
    ) {
        seal(
            nextMessage(isAnswer: true), Self.result(id, result), session, key, isContent: true, drip: drip,
            resetAfter: resetAfter)
    }

    static func result(_ id: Int64, _ result: [UInt8]) -> [UInt8] {
        var writer = TLWriter(TL.rpcResult)
        writer.reserve(result.count + 64)
        writer.long(id)
        writer.raw(result)
        return writer.bytes
    }

    /// Sends anything else.
    func reply(_ body: [UInt8], _ session: Int64, _ key: AuthKey, isContent: Bool = true, isAnswer: Bool = true) {
        seal(nextMessage(isAnswer: isAnswer), body, session, key, isContent: isContent)
    }

    func seal(
        _ id: Int64, _ body: [UInt8], _ session: Int64, _ key: AuthKey, isContent: Bool, drip: Int? = nil,
        resetAfter: Int? = nil
    ) {
        let sequence = sessions[session, default: ServerSession()].next(isContent: isContent)
        let header = MessageHeader(
            salt: world.state.withLock { $0.salts[dataCentre] ?? 0 }, session: session, id: id, sequence: sequence)
        send(
            PacketCipher(key, side: .server, cipher: cipher).seal(header, body, random), drip: drip,
            resetAfter: resetAfter)
    }
}
