import Testing

@testable import MTProto

/// A session against a hand that writes what a server might.
struct SessionTests {
    static let now = 1_700_000_000.0

    /// The server's side of one session.
    struct Hand {
        var session = Session(
            KeyAgreement(key: testKey, salt: 5, clockOffset: 0), introduction: [9, 9, 9, 9], cipher: cipher,
            random: seeded(2), now: SessionTests.now)
        private let packets = PacketCipher(testKey, side: .server, cipher: cipher)
        private var number = Int64(SessionTests.now * 4_294_967_296) | 1
        private(set) var sequence: Int32 = 0

        mutating func nextNumber() -> Int64 {
            number += 4
            return number
        }

        mutating func send(
            _ body: [UInt8], id: Int64? = nil, session other: Int64? = nil, sequence: Int32 = 1,
            now: Double = SessionTests.now
        ) throws -> [Session.Event] {
            let id = id ?? nextNumber()
            let header = MessageHeader(salt: 5, session: other ?? session.id, id: id, sequence: sequence)
            var packet = packets.seal(header, body, seeded(3))
            return try session.receive(&packet, now: now)
        }

        /// The messages of what the client sends, out of their containers.
        mutating func sent(now: Double = SessionTests.now) throws -> [(id: Int64, sequence: Int32, body: [UInt8])] {
            var result: [(Int64, Int32, [UInt8])] = []
            for var packet in session.packets(now: now) {
                let (header, range) = try packets.open(&packet)
                #expect(header.session == session.id && header.id % 4 == 0)
                var reader = TLReader(packet, range)
                guard try reader.peek() == TL.msgContainer else {
                    result.append((header.id, header.sequence, Array(packet[range])))
                    continue
                }
                _ = try reader.uint32()
                for _ in 0..<(try reader.bareCount(smallest: 16)) {
                    let (id, sequence, count) = (try reader.long(), try reader.int(), try reader.int())
                    #expect(id < header.id, "a container's number is larger than those in it")
                    result.append((id, sequence, try reader.raw(Int(count))))
                }
            }
            return result
        }

        static func result(_ message: Int64, _ body: [UInt8]) -> [UInt8] {
            var writer = TLWriter(TL.rpcResult)
            writer.long(message)
            writer.raw(body)
            return writer.bytes
        }

        static func body(_ constructor: UInt32, _ longs: [Int64]) -> [UInt8] {
            var writer = TLWriter(constructor)
            for value in longs { writer.long(value) }
            return writer.bytes
        }
    }

    private static let answer: [UInt8] = [1, 0, 0, 0, 2, 0, 0, 0]

    @Test func `a question is introduced once, numbered and answered`() throws {
        var hand = Hand()
        let first = hand.session.ask([1, 1, 1, 1])
        let sent = try hand.sent()
        #expect(sent.count == 1 && sent[0].body == [9, 9, 9, 9, 1, 1, 1, 1] && sent[0].sequence == 1)
        guard case .answered(first, let reader)? = try hand.send(Hand.result(sent[0].id, Self.answer)).first else {
            return #expect(Bool(false))
        }
        #expect(Array(reader.rest) == Self.answer)
        _ = hand.session.ask([2, 2, 2, 2])
        let more = try hand.sent()
        // The acknowledgement travels with the next question, which needs no introduction.
        #expect(more.map(\.body.count) == [20, 4] && more.map(\.sequence) == [2, 3])
        #expect(try hand.sent().isEmpty)
    }

    @Test func `a new salt is taken and everything under the old one asked again`() throws {
        var hand = Hand()
        let ids = [hand.session.ask([1, 1, 1, 1]), hand.session.ask([2, 2, 2, 2])]
        let sent = try hand.sent()
        #expect(sent.count == 2)
        var writer = TLWriter(TL.badServerSalt)
        // The server names the container.
        writer.long(hand.session.containers.keys.first ?? 0)
        writer.int(0)
        writer.int(48)
        writer.long(77)
        let events = try hand.send(writer.bytes, sequence: 0)
        guard case .newSalt(77)? = events.first else { return #expect(Bool(false)) }
        let again = try hand.sent()
        #expect(again.map(\.body) == sent.map(\.body) && again[0].id > sent[1].id && ids.count == 2)
    }

    @Test(arguments: [16, 17, 32, 33] as [Int32])
    func `numbers the server does not like lead to a new session`(_ code: Int32) throws {
        var hand = Hand()
        _ = hand.session.ask([1, 1, 1, 1])
        let sent = try hand.sent()
        let before = hand.session.id
        var writer = TLWriter(TL.badMsgNotification)
        writer.long(sent[0].id)
        writer.int(1)
        writer.int(code)
        // An hour away: the only message that is heard with such a time.
        let id = hand.nextNumber() + (3600 << 32)
        _ = try hand.send(writer.bytes, id: id, sequence: 0)
        #expect(hand.session.id != before)
        let again = try hand.sent()
        #expect(again.count == 1 && again[0].sequence == 1)
        if code < 20 { #expect(abs(hand.session.clock.offset - 3600) < 2) }
        // What was under way in the old session is not a stranger's.
        #expect(try hand.send(Hand.result(sent[0].id, Self.answer), session: before).isEmpty)
    }

    @Test func `what is not for us ends the connection`() throws {
        func broken(_ body: (inout Hand) throws -> Void) -> SessionBreak? {
            var hand = Hand()
            _ = hand.session.ask([1, 1, 1, 1])
            do {
                _ = try hand.send(Hand.body(TL.pong, [3, 4]))
                try body(&hand)
                return nil
            } catch {
                return error as? SessionBreak
            }
        }
        let pong = Hand.body(TL.pong, [1, 2])
        #expect(broken { _ = try $0.send(pong) } == nil)
        #expect(broken { _ = try $0.send(pong, session: 1) } == .wrongSession)
        #expect(broken { _ = try $0.send(pong, id: $0.nextNumber() & ~1) } == .badMessageID)
        for (seconds, isGood) in [(-301, false), (-299, true), (29, true), (31, false), (301, false)] as [(Int64, Bool)]
        {
            #expect((broken { _ = try $0.send(pong, id: $0.nextNumber() + seconds << 32) } == nil) == isGood)
        }
        #expect(
            broken { hand in
                var packet: [UInt8] = [0xfc, 0xfe, 0xff, 0xff]
                _ = try hand.session.receive(&packet, now: Self.now)
            } == .transport(260))
        #expect(
            broken { hand in
                var packet = [UInt8](repeating: 3, count: 24 + 64)
                _ = try hand.session.receive(&packet, now: Self.now)
            } == .badPacket(.otherKey))
        let nested = Hand.container([(1, Hand.container([(3, pong)]))])
        #expect(broken { _ = try $0.send(nested) } == .malformed)
        var bomb = TLWriter(TL.gzipPacked)
        bomb.bytes([0x1f, 0x8b, 1, 2, 3])
        #expect(broken { _ = try $0.send(bomb.bytes) } == .badCompression)
    }

    @Test func `the first message of a session says what time it is`() throws {
        var hand = Hand()
        let events = try hand.send(Hand.body(TL.pong, [1, 2]), id: hand.nextNumber() + 3600 << 32)
        guard case .newClock(let offset)? = events.first else { return #expect(Bool(false)) }
        #expect(abs(offset - 3600) < 1)
        _ = try hand.send(Hand.body(TL.pong, [1, 2]), id: hand.nextNumber() + 3600 << 32)
        #expect(throws: SessionBreak.badMessageID) { try hand.send(Hand.body(TL.pong, [1, 2])) }
    }

    @Test func `what comes twice counts once`() throws {
        var hand = Hand()
        let request = hand.session.ask([1, 1, 1, 1])
        let message = try hand.sent()[0].id
        let id = hand.nextNumber()
        #expect(try hand.send(Hand.result(message, Self.answer), id: id).count == 1)
        #expect(try hand.send(Hand.result(message, Self.answer), id: id).isEmpty)
        #expect(try hand.send(Hand.result(message, Self.answer)).isEmpty, "an answer to nothing")
        #expect(hand.session.openRequests == 0 && hand.session.acknowledgements.count == 3 && request.number == 1)
    }

    @Test func `a question nobody answers is asked again, and then the connection is given up`() throws {
        var hand = Hand()
        _ = hand.session.ask([1, 1, 1, 1])
        #expect(try hand.sent().count == 1)
        try hand.session.tick(now: Self.now + 14)
        #expect(try hand.sent(now: Self.now + 14).isEmpty)
        try hand.session.tick(now: Self.now + 16)
        #expect(try hand.sent(now: Self.now + 16).count == 1)
        hand.session.heard(now: Self.now + 20)
        try hand.session.tick(now: Self.now + 40)
        #expect(try hand.sent(now: Self.now + 40).count == 1)
        #expect(throws: SessionBreak.silent) { try hand.session.tick(now: Self.now + 51) }
    }

    @Test func `a question after a long rest has its whole time`() throws {
        var hand = Hand()
        _ = hand.session.ask([1, 1, 1, 1])
        _ = try hand.sent(now: Self.now + 50)
        try hand.session.tick(now: Self.now + 51)
        try hand.session.tick(now: Self.now + 64)
    }

    @Test func `slow bytes are no silence`() throws {
        var hand = Hand()
        _ = hand.session.ask([1, 1, 1, 1])
        _ = try hand.sent()
        for second in 1...59 {
            hand.session.heard(now: Self.now + Double(second))
            try hand.session.tick(now: Self.now + Double(second))
        }
        #expect(try hand.sent(now: Self.now + 59).isEmpty)
    }

    @Test func `signs of life and acknowledgements are sent in time`() throws {
        var hand = Hand()
        _ = try hand.send(Hand.body(TL.newSessionCreated, [1, 2, 3]))
        #expect(try hand.sent(now: Self.now + 29).isEmpty)
        #expect(try hand.sent(now: Self.now + 30).count == 1)
        try hand.session.tick(now: Self.now + 61)
        let ping = try hand.sent(now: Self.now + 61)
        let constructor = try TLReader(ping[0].body).peek()
        #expect(ping.count == 1 && constructor == TL.pingDelayDisconnect && ping[0].sequence % 2 == 0)
    }

    @Test func `questions before a server's new session are asked again`() throws {
        var hand = Hand()
        _ = hand.session.ask([1, 1, 1, 1])
        let first = try hand.sent()[0].id
        _ = hand.session.ask([2, 2, 2, 2])
        let second = try hand.sent()[0].id
        _ = try hand.send(Hand.body(TL.newSessionCreated, [second, 2, 8]))
        let again = try hand.sent()
        #expect(again.filter { $0.body.suffix(4) == [1, 1, 1, 1] }.count == 1 && again.allSatisfy { $0.id > first })
        #expect(!again.contains { $0.body.suffix(4) == [2, 2, 2, 2] } && hand.session.salt == 8)
    }

    @Test func `who leaves is forgotten on both sides`() throws {
        var hand = Hand()
        let request = hand.session.ask([1, 1, 1, 1])
        let message = try hand.sent()[0].id
        hand.session.cancel(request)
        let drop = try hand.sent()
        #expect(drop.count == 1 && drop[0].body == Hand.body(TL.rpcDropAnswer, [message]))
        #expect(try hand.send(Hand.result(message, Self.answer)).isEmpty)
        let waiting = hand.session.ask([3, 3, 3, 3])
        hand.session.cancel(waiting)
        #expect(hand.session.openRequests == 0)
    }

    @Test func `an answer that is announced is fetched or acknowledged`() throws {
        var hand = Hand()
        let known = hand.nextNumber()
        _ = try hand.send(Hand.body(TL.pong, [1, 2]), id: known, sequence: 0)
        var writer = TLWriter(TL.msgNewDetailedInfo)
        writer.long(known)
        writer.long(0)
        _ = try hand.send(writer.bytes, sequence: 0)
        #expect(hand.session.acknowledgements == [known])
        writer = TLWriter(TL.msgNewDetailedInfo)
        writer.long(known + 400)
        writer.long(0)
        _ = try hand.send(writer.bytes, sequence: 0)
        #expect(try hand.sent().contains { (try? TLReader($0.body).peek()) == TL.msgResendReq })
    }
}

extension SessionTests.Hand {
    static func container(_ messages: [(id: Int64, body: [UInt8])]) -> [UInt8] {
        var writer = TLWriter(TL.msgContainer)
        writer.int(Int32(messages.count))
        for message in messages {
            writer.long(message.id)
            writer.int(1)
            writer.int(Int32(message.body.count))
            writer.raw(message.body)
        }
        return writer.bytes
    }
}
