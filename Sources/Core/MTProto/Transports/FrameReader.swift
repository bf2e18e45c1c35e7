/// Puts packets together from the bytes of a connection, however they were cut.
public struct FrameReader: Sendable {
    public let format: FrameFormat
    /// Bytes of the largest packet.
    public let limit: Int
    private var header: [UInt8] = []
    private var packet: [UInt8] = []
    private var expected: Int?
    private var sequence: UInt32 = 0

    public init(_ format: FrameFormat, limit: Int) {
        self.format = format
        self.limit = limit
    }

    /// Takes bytes from `bytes`, from `start` on, until a packet is whole; moves `start` behind what it took. Returns the
    /// packet, or nil when it needs more.
    public mutating func next(
        _ bytes: UnsafeRawBufferPointer, _ start: inout Int
    ) throws(FrameError) -> [UInt8]? {
        while start < bytes.count {
            if expected == nil, try !readHeader(bytes, &start) { continue }
            guard let count = expected else { continue }
            let taken = min(count - packet.count, bytes.count - start)
            // Rebased, because a slice would be copied byte by byte.
            packet.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + taken)]))
            start += taken
            if packet.count == count { return try finish() }
        }
        return nil
    }

    /// Whether the connection may end here.
    public var isAtBoundary: Bool { header.isEmpty && expected == nil }

    /// Bytes without which the packet under way is not whole; 0 when none is.
    public var missing: Int { (expected ?? packet.count) - packet.count }

    /// One more byte of the length; `true` once it is known and something follows.
    private mutating func readHeader(_ bytes: UnsafeRawBufferPointer, _ start: inout Int) throws(FrameError) -> Bool {
        header.append(bytes[start])
        start += 1
        guard let length = headerLength() else { return false }
        header = format == .full ? header : []
        let minimum = format == .full ? 12 : 4
        guard length >= minimum, length <= limit + 16 else { throw .badLength }
        let count = format == .full ? length - 4 : length
        expected = count
        packet = []
        packet.reserveCapacity(count)
        return true
    }

    private func headerLength() -> Int? {
        switch format {
        case .abridged:
            guard let first = header.first else { return nil }
            if first & 0x7f != 0x7f { return Int(first & 0x7f) * 4 }
            guard header.count == 4 else { return nil }
            return (Int(header[1]) | Int(header[2]) << 8 | Int(header[3]) << 16) * 4
        case .intermediate, .paddedIntermediate, .full:
            guard header.count == 4 else { return nil }
            // The top bit asks for a quick acknowledgement, which nobody here gives.
            let value = header.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            return Int(format == .full ? value : value & 0x7fff_ffff)
        }
    }

    private mutating func finish() throws(FrameError) -> [UInt8] {
        defer {
            expected = nil
            packet = []
            header = []
        }
        guard format == .full else { return packet }
        let all = header + packet
        var tail = TLReader(all, (all.count - 4)..<all.count)
        var head = TLReader(all, 4..<8)
        guard let checksum = try? tail.uint32(), let number = try? head.uint32(), number == sequence,
            CRC32.checksum(of: all.dropLast(4)) == checksum
        else { throw .badChecksum }
        sequence += 1
        return Array(packet[4..<(packet.count - 4)])
    }
}
