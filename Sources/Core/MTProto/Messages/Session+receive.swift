extension Session {
    /// Takes a packet apart. `packet` is overwritten by its plain text.
    public mutating func receive(_ packet: inout [UInt8], now: Double) throws(SessionBreak) -> [Event] {
        lastHeard = now
        if let code = Self.transportError(packet) { throw .transport(code) }
        let header: MessageHeader
        let body: Range<Int>
        do { (header, body) = try packets.open(&packet) } catch { throw .badPacket(error) }
        if formerIDs.contains(header.session) { return [] }
        guard header.session == id else { throw .wrongSession }
        var events: [Event] = []
        do {
            try take(header.id, header.sequence, TLReader(packet, body), now, &events, depth: 0)
        } catch let error as SessionBreak {
            throw error
        } catch {
            throw .malformed
        }
        return events
    }

    /// A packet of four bytes is a number less than zero (transport errors).
    public static func transportError(_ packet: [UInt8]) -> Int32? {
        guard packet.count == 4 else { return nil }
        var reader = TLReader(packet)
        return (try? reader.int()).map { $0 == .min ? 0 : -$0 }
    }

    private mutating func take(
        _ id: Int64, _ sequence: Int32, _ body: TLReader, _ now: Double, _ events: inout [Event], depth: Int
    ) throws {
        let constructor = try body.peek()
        // Complaints about the time must be heard whatever time it is.
        let isComplaint = constructor == TL.badServerSalt || constructor == TL.badMsgNotification
        // No old packet can bear this session's number, so the first one is believed what time it is.
        if depth == 0, received.isEmpty, id & 1 == 1, !isComplaint, !clock.accepts(id, now) {
            clock.offset = MessageClock.seconds(id) - now
            events.append(.newClock(clock.offset))
        }
        guard id & 1 == 1, isComplaint || depth > 0 || clock.accepts(id, now) else { throw SessionBreak.badMessageID }
        if sequence & 1 == 1 {
            acknowledgements.append(id)
            if firstUnacknowledged == nil { firstUnacknowledged = now }
        }
        guard received.insert(id) else { return }
        try dispatch(id, body, now, &events, depth: depth)
    }

    private mutating func dispatch(
        _ id: Int64, _ body: TLReader, _ now: Double, _ events: inout [Event], depth: Int
    ) throws {
        var reader = body
        switch try reader.uint32() {
        case TL.msgContainer:
            guard depth == 0 else { throw SessionBreak.malformed }
            try takeContainer(&reader, now, &events)
        case TL.gzipPacked:
            guard depth < 2 else { throw SessionBreak.malformed }
            try dispatch(id, try unpacked(&reader), now, &events, depth: depth + 1)
        case TL.rpcResult: try takeResult(&reader, &events)
        case TL.badServerSalt:
            let bad = try reader.long()
            _ = (try reader.int(), try reader.int())
            salt = try reader.long()
            events.append(.newSalt(salt))
            try repeatMessages([bad])
        case TL.badMsgNotification:
            let bad = try reader.long()
            _ = try reader.int()
            try takeComplaint(try reader.int(), about: bad, serverID: id, now, &events)
        case TL.newSessionCreated:
            let first = try reader.long()
            _ = try reader.long()
            salt = try reader.long()
            events.append(.newSalt(salt))
            try repeatMessages(sent.keys.filter { $0 < first })
        case TL.msgDetailedInfo:
            _ = try reader.long()
            announce(try reader.long())
        case TL.msgNewDetailedInfo: announce(try reader.long())
        default:
            // Pongs, acknowledgements, salts for later, updates nobody asked for.
            break
        }
    }

    private mutating func takeContainer(_ reader: inout TLReader, _ now: Double, _ events: inout [Event]) throws {
        let count = try reader.bareCount(smallest: 16)
        guard count <= Self.mostMessagesInContainer else { throw SessionBreak.malformed }
        for _ in 0..<count {
            let (id, sequence, length) = (try reader.long(), try reader.int(), try reader.int())
            try take(id, sequence, try reader.sub(Int(length)), now, &events, depth: 1)
        }
    }

    private func unpacked(_ reader: inout TLReader) throws -> TLReader {
        let packed = try reader.bytes()
        guard let bytes = packets.cipher.gunzip(packed[...], limit: Self.largestMessage) else {
            throw SessionBreak.badCompression
        }
        return TLReader(bytes)
    }

    private mutating func takeResult(_ reader: inout TLReader, _ events: inout [Event]) throws {
        let message = try reader.long()
        guard let request = sent.removeValue(forKey: message) else { return }
        for (id, other) in sent where id < message && other.overtaken < 100 { sent[id]?.overtaken += 1 }
        var answer = reader
        if try answer.peek() == TL.gzipPacked {
            _ = try answer.uint32()
            answer = try unpacked(&answer)
        }
        guard try answer.peek() == TL.rpcError else {
            if request.isCall { isIntroduced = true }
            events.append(.answered(request.id, answer))
            return
        }
        _ = try answer.uint32()
        let error = RPCError(code: try answer.int(), text: try answer.string())
        if error.kind == .notInitialised {
            isIntroduced = false
            try repeatRequest(request)
        } else {
            events.append(.failed(request.id, error))
        }
    }

    /// Asks again what lies in these messages; a container stands for what is in it.
    private mutating func repeatMessages(_ ids: [Int64]) throws(SessionBreak) {
        for id in ids.flatMap({ containers[$0] ?? [$0] }).sorted() {
            if let request = sent.removeValue(forKey: id) { try repeatRequest(request) }
        }
    }

    /// Codes of https://core.telegram.org/mtproto/service_messages_about_messages.
    private mutating func takeComplaint(
        _ code: Int32, about bad: Int64, serverID: Int64, _ now: Double, _ events: inout [Event]
    ) throws(SessionBreak) {
        switch code {
        case 16, 17:
            clock.offset = MessageClock.seconds(serverID) - now
            events.append(.newClock(clock.offset))
            try renew()
        case 32, 33: try renew()
        case 34, 35: throw .confused
        default: try repeatMessages([bad])
        }
    }

    /// The server has an answer of that number.
    private mutating func announce(_ answer: Int64) {
        if received.contains(answer) { return acknowledgements.append(answer) }
        var writer = TLWriter(TL.msgResendReq)
        writer.longs([answer])
        outbox.append(Request(id: RequestID(number: 0), body: writer.bytes, isCall: false))
    }
}
