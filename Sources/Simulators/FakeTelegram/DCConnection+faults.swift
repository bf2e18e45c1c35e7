import CZlib
import EventLoops
import MTProto

/// What goes wrong.
extension DCConnection {
    /// Arranges what must be so before the call is done. `false` when nothing else happens.
    func prepare(_ fault: DCFault.Kind, _ reader: TLReader, _ constructor: UInt32, _ key: AuthKey) -> Bool {
        world.note("fault")
        switch fault {
        case .forgetAuthorization: world.state.withLock { $0.keys[dataCentre]?[key.id]?.bot = nil }
        case .expireReference: if let file = file(reader) { world.change(file) { $0.edition += 1 } }
        case .moveFile(let number): if let file = file(reader) { world.change(file) { $0.dataCentre = number } }
        default: return true
        }
        return false
    }

    private func file(_ reader: TLReader) -> Int64? {
        var reader = reader
        guard (try? reader.int()) != nil, (try? reader.uint32()) != nil else { return nil }
        return try? reader.long()
    }

    func apply(_ fault: DCFault.Kind, _ id: Int64, _ result: [UInt8], _ session: Int64, _ key: AuthKey) {
        switch fault {
        case .error(let code, let text): answer(id, CallError(code, text).bytes, session, key)
        case .transport(let code): sendTransportError(code)
        case .forgetKey:
            _ = world.state.withLock { $0.keys[dataCentre]?.removeValue(forKey: key.id) }
            sendTransportError(404)
        case .silence: break
        case .short: answer(id, Self.shortened(result), session, key)
        case .redirect: answer(id, Self.redirection, session, key)
        case .reset(let count): answer(id, result, session, key, resetAfter: count)
        case .drip(let rate): answer(id, result, session, key, drip: rate)
        case .reorder: heldBack = { [weak self] in self?.answer(id, result, session, key) }
        case .gzip: answer(id, Self.packed(result), session, key)
        case .gzipBomb: answer(id, Self.packed([UInt8](repeating: 0, count: 64 << 20)), session, key)
        case .container: sendContainer(id, result, session, key)
        case .newSession:
            announceSession(session, first: id, key)
            answer(id, result, session, key)
        case .newSalt:
            world.changeSalts()
            answer(id, result, session, key)
        case .announced: announce(id, result, session, key)
        default: sendForged(fault, id, result, session, key)
        }
    }

    private static func shortened(_ result: [UInt8]) -> [UInt8] {
        guard case .bytes(let bytes)? = try? FilePart(TLReader(result)) else { return result }
        return part(Array(bytes.dropLast(max(1024, bytes.count / 2))))
    }

    private static var redirection: [UInt8] {
        var writer = TLWriter(TL.fileCdnRedirect)
        writer.int(203)
        for count in [16, 32, 16] { writer.bytes([UInt8](repeating: 1, count: count)) }
        writer.vector([Int]()) { _, _ in }
        return writer.bytes
    }

    static func packed(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        guard czlib_begin_gzip(&stream, 6) == Z_OK else { return bytes }
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count + 1024)
        let count = input.withUnsafeMutableBufferPointer { source in
            output.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(target.count)
                deflate(&stream, Z_FINISH)
                return target.count - Int(stream.avail_out)
            }
        }
        var writer = TLWriter(TL.gzipPacked)
        writer.bytes(output[0..<count])
        return writer.bytes
    }

    private func sendContainer(_ id: Int64, _ result: [UInt8], _ session: Int64, _ key: AuthKey) {
        var ack = TLWriter(TL.msgsAck)
        ack.longs([id])
        let bodies = [ack.bytes, Self.result(id, result)]
        var writer = TLWriter(TL.msgContainer)
        writer.int(Int32(bodies.count))
        for (index, body) in bodies.enumerated() {
            writer.long(nextMessage(isAnswer: true))
            writer.int(sessions[session, default: ServerSession()].next(isContent: index == 1))
            writer.int(Int32(body.count))
            writer.raw(body)
        }
        reply(writer.bytes, session, key, isContent: false)
    }

    private func announce(_ id: Int64, _ result: [UInt8], _ session: Int64, _ key: AuthKey) {
        let number = nextMessage(isAnswer: true)
        announced[number] = (session, key, Self.result(id, result))
        var writer = TLWriter(TL.msgDetailedInfo)
        writer.long(id)
        writer.long(number)
        writer.int(Int32(result.count))
        writer.int(0)
        reply(writer.bytes, session, key, isContent: false, isAnswer: false)
    }

    /// Packets no client may believe, with an answer that would show if one did.
    private func sendForged(
        _ fault: DCFault.Kind, _ id: Int64, _ result: [UInt8], _ session: Int64, _ key: AuthKey
    ) {
        let packets = PacketCipher(key, side: .server, cipher: cipher)
        var number = nextMessage(isAnswer: true)
        switch fault {
        case .evenMessageID: number &= ~3
        case .oldMessageID: number -= 301 << 32
        case .futureMessageID: number += 301 << 32
        default: break
        }
        let wrong = [UInt8](repeating: 0xee, count: 1024)
        let body = fault == .duplicate ? Self.result(id, result) : Self.result(id, Self.part(wrong))
        let header = MessageHeader(
            salt: world.state.withLock { $0.salts[dataCentre] ?? 0 },
            session: fault == .wrongSession ? session ^ 1 : session, id: number,
            sequence: sessions[session, default: ServerSession()].next(isContent: true))
        var packet = packets.seal(header, body, random)
        switch fault {
        case .wrongMessageKey: packet[9] ^= 1
        case .garbage: packet.replaceSubrange(8..., with: random(packet.count - 8))
        case .badPadding:
            // More than is allowed, and still whole blocks.
            let padding = [UInt8](repeating: 0, count: 2048 + (16 - body.count % 16) % 16)
            packet = packets.seal(header, body, paddedWith: padding)
        case .duplicate: send(packet)
        default: break
        }
        send(packet)
    }
}
