import Testing

@testable import MTProto

struct TLTests {
    @Test(arguments: [0, 1, 3, 4, 253, 254, 255, 1000, 1 << 20])
    func `bytes of every length are padded to four and read back`(_ count: Int) throws {
        let value = Seeded(1).bytes(count)
        var writer = TLWriter()
        writer.bytes(value)
        writer.int(77)
        #expect(writer.bytes.count % 4 == 0)
        var reader = TLReader(writer.bytes)
        #expect(try reader.bytes() == value)
        #expect(try reader.int() == 77 && reader.left == 0)
    }

    @Test func `the last bytes are cut out of the array, whoever else holds it`() throws {
        var writer = TLWriter()
        writer.int(5)
        writer.bytes([7, 8, 9, 10, 11])
        writer.int(6)
        let all = writer.bytes
        var reader = TLReader(all, 0..<(all.count - 4))
        #expect(try reader.int() == 5)
        let copy = reader
        #expect(try reader.lastBytes() == [7, 8, 9, 10, 11])
        #expect(copy.rest.count == 8 && all.count == 16)
        #expect(throws: TLError.truncated) { try TLReader([200, 1, 2, 3]).lastBytes() }
    }

    @Test func `whatever the bytes say, nothing is read beyond them`() {
        let source = Seeded(5)
        for _ in 0..<5000 {
            var bytes = source.bytes(Int(source.next() % 40))
            if source.next() % 2 == 0, bytes.count > 3 { bytes[0] = 254 }
            var reader = TLReader(bytes)
            _ = try? reader.bytes()
            _ = try? reader.longs()
            _ = try? reader.string()
            #expect(reader.position <= bytes.count)
        }
    }

    @Test func `a count that promises more than was sent is refused`() {
        var writer = TLWriter(TL.vector)
        writer.int(.max)
        var reader = TLReader(writer.bytes)
        #expect(throws: TLError.tooLarge) { try reader.longs() }
        writer = TLWriter(TL.vector)
        writer.int(-1)
        reader = TLReader(writer.bytes)
        #expect(throws: TLError.tooLarge) { try reader.longs() }
    }

    @Test func `errors of the interface say what to do`() {
        let kinds: [(Int32, String, RPCError.Kind)] = [
            (420, "FLOOD_WAIT_30", .wait(30)), (420, "FLOOD_PREMIUM_WAIT_3", .wait(3)),
            (303, "FILE_MIGRATE_4", .fileMoved(4)),
            (303, "USER_MIGRATE_5", .accountMoved(5)), (400, "FILE_REFERENCE_EXPIRED", .expiredReference),
            (400, "FILE_REFERENCE_2_EXPIRED", .expiredReference), (-503, "Timeout", .passing), (500, "X", .passing),
            (401, "AUTH_KEY_UNREGISTERED", .notAuthorized), (401, "SESSION_REVOKED", .deadKey),
            (406, "AUTH_KEY_DUPLICATED", .deadKey), (400, "OFFSET_INVALID", .badAlignment), (400, "NEW_ONE", .other),
            (420, "FLOOD_WAIT_99999999999999999999", .wait(1)), (303, "FILE_MIGRATE_", .other),
        ]
        for (code, text, kind) in kinds { #expect(RPCError(code: code, text: text).kind == kind, "\(text)") }
    }

    @Test func `a file is found in a message with a forward and an answer before it`() throws {
        var writer = TLWriter(TL.messages)
        writer.uint32(TL.vector)
        writer.int(1)
        writer.uint32(TL.message)
        writer.int(1 << 2 | 1 << 3 | 1 << 8 | 1 << 9)
        for value in [0, 12] as [Int32] { writer.int(value) }
        for _ in 0..<2 {
            writer.uint32(TL.peerUser)
            writer.long(5)
        }
        writer.uint32(TL.messageFwdHeader)
        writer.int(1 << 5)
        writer.string("Somebody")
        writer.int(1)
        writer.uint32(TL.messageReplyHeader)
        writer.int(1 << 4 | 1 << 6)
        writer.int(11)
        writer.string("quoted")
        writer.int(1)
        writer.string("text")
        writer.uint32(TL.messageMediaDocument)
        writer.int(1)
        let start = writer.bytes
        writer.uint32(TL.document)
        writer.int(0)
        writer.long(99)
        writer.long(98)
        writer.bytes([1, 2, 3])
        writer.int(0)
        writer.string("audio/ogg")
        writer.long(4_000_000_000)
        writer.int(4)
        writer.uint32(TL.vector)
        writer.int(1)
        writer.uint32(TL.documentAttributeFilename)
        writer.string("name.ogg")
        guard case .document(let found) = try SentMessage(TLReader(writer.bytes)) else { return #expect(Bool(false)) }
        #expect(found.size == 4_000_000_000 && found.name == "name.ogg" && found.location.dataCentre == 4)
        #expect(found.location.id == 99 && found.location.accessHash == 98 && found.location.reference == [1, 2, 3])
        // Behind a quotation with marked text it is found by its number alone.
        var marked = writer.bytes
        marked[start.count - 64] ^= 0
        for index in stride(from: 0, to: start.count - 4, by: 4)
        where Array(marked[index..<(index + 4)]) == TLWriter(TL.messageReplyHeader).bytes {
            marked[index + 4] |= 1 << 7
        }
        #expect(try SentMessage(TLReader(marked)) == .other)
        guard case .document(let again) = try SentMessage(TLReader(marked), known: 99) else {
            return #expect(Bool(false))
        }
        #expect(again == found)
        #expect(try SentMessage(TLReader(marked), known: 100) == .other)
    }

    @Test func `pictures before the data centre are passed over`() throws {
        var writer = TLWriter(TL.document)
        writer.int(3)
        for value in [5, 6] as [Int64] { writer.long(value) }
        writer.bytes([1])
        writer.int(0)
        writer.string("video/mp4")
        writer.long(77)
        writer.uint32(TL.vector)
        writer.int(6)
        for constructor in [
            TL.photoSizeEmpty, TL.photoSize, TL.photoCachedSize, TL.photoStrippedSize, TL.photoSizeProgressive,
            TL.photoPathSize,
        ] {
            writer.uint32(constructor)
            writer.string("m")
            switch constructor {
            case TL.photoSize: for value in 1...3 { writer.int(Int32(value)) }
            case TL.photoCachedSize:
                for value in 1...2 { writer.int(Int32(value)) }
                writer.bytes([1, 2, 3, 4, 5])
            case TL.photoSizeProgressive:
                for value in 1...2 { writer.int(Int32(value)) }
                writer.vector([1, 2, 3]) { $0.int($1) }
            case TL.photoStrippedSize, TL.photoPathSize: writer.bytes([9, 9])
            default: break
            }
        }
        writer.uint32(TL.vector)
        writer.int(1)
        writer.uint32(TL.videoSize)
        writer.int(1)
        writer.string("v")
        for value in 1...3 { writer.int(Int32(value)) }
        writer.long(0)
        writer.int(4)
        writer.uint32(TL.vector)
        writer.int(3)
        writer.uint32(TL.documentAttributeVideo)
        writer.int(2)
        writer.long(Int64(bitPattern: (12.5).bitPattern))
        for value in 1...2 { writer.int(Int32(value)) }
        writer.uint32(TL.documentAttributeAnimated)
        writer.uint32(TL.documentAttributeFilename)
        writer.string("clip.mp4")
        var reader = TLReader(writer.bytes)
        let found = try DocumentProperties(&reader)
        #expect(found.location.dataCentre == 4 && found.size == 77 && found.duration == 12.5)
        #expect(found.name == "clip.mp4" && reader.left == 0)
    }
}
