import MTProto
import Testing

struct FrameTests {
    private func read(_ bytes: [UInt8], _ reader: inout FrameReader, step: Int) throws -> [[UInt8]] {
        var packets: [[UInt8]] = []
        for start in stride(from: 0, to: bytes.count, by: step) {
            try bytes[start..<min(bytes.count, start + step)].withUnsafeBytes { part in
                var position = 0
                while let packet = try reader.next(part, &position) { packets.append(packet) }
            }
        }
        return packets
    }

    @Test(arguments: [FrameFormat.abridged, .intermediate, .full], [1, 3, 64, 10_000])
    func `packets come out as they went in, however they are cut`(_ format: FrameFormat, _ step: Int) throws {
        let source = Seeded(4)
        let packets = [4, 40, 500, 508, 512, 9000].map { source.bytes($0) }
        var writer = FrameWriter(format)
        let bytes = packets.flatMap { writer.frame($0, seeded(1)) }
        var reader = FrameReader(format, limit: 10_000)
        #expect(try read(bytes, &reader, step: step) == packets)
        #expect(reader.isAtBoundary)
    }

    @Test func `padding stays at the end of a packet`() throws {
        var writer = FrameWriter(.paddedIntermediate)
        let packet = Seeded(1).bytes(64)
        let frame = writer.frame(packet, seeded(8))
        var reader = FrameReader(.paddedIntermediate, limit: 100)
        let read = try #require(try read(frame, &reader, step: 7).first)
        #expect(read.starts(with: packet) && read.count < 80)
    }

    @Test(
        arguments: [
            [0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0], [3, 0, 0, 0], [0x11, 0x27, 0, 0],
        ] as [[UInt8]])
    func `lengths that cannot be are refused before anything is held`(_ header: [UInt8]) {
        var reader = FrameReader(.intermediate, limit: 9984)
        #expect(throws: FrameError.badLength) { try read(header + [1, 2, 3, 4], &reader, step: 100) }
    }

    @Test func `a full frame with a wrong checksum or number is refused`() throws {
        var writer = FrameWriter(.full)
        let frame = writer.frame([1, 2, 3, 4], seeded(1))
        for index in [4, 8, frame.count - 1] {
            var broken = frame
            broken[index] ^= 1
            var reader = FrameReader(.full, limit: 100)
            #expect(throws: FrameError.badChecksum) { try read(broken, &reader, step: 100) }
        }
    }

    @Test func `an obfuscated stream is understood by the other side and begins like nothing else`() throws {
        let random = seeded(11)
        for _ in 0..<50 {
            let (opening, client) = Obfuscation.client(.intermediate, dataCentre: -4, cipher: cipher, random: random)
            let server = try #require(Obfuscation.server(opening, cipher: cipher))
            #expect(server.format == .intermediate && server.dataCentre == -4 && opening[0] != 0xef)
            var bytes: [UInt8] = [1, 2, 3, 4, 5]
            client.outgoing.apply(&bytes, 0..<5)
            #expect(bytes != [1, 2, 3, 4, 5])
            server.incoming.apply(&bytes, 0..<5)
            #expect(bytes == [1, 2, 3, 4, 5])
            server.outgoing.apply(&bytes, 0..<5)
            client.incoming.apply(&bytes, 0..<5)
            #expect(bytes == [1, 2, 3, 4, 5])
        }
        #expect(Obfuscation.server([UInt8](repeating: 7, count: 64), cipher: cipher) == nil)
    }
}
