/// How packets are set apart on a TCP connection (https://core.telegram.org/mtproto/mtproto-transports).
public enum FrameFormat: Sendable, Hashable {
    case abridged
    case intermediate
    case paddedIntermediate
    /// Numbered and with a checksum.
    case full

    /// What a client sends first.
    public var opening: [UInt8] {
        switch self {
        case .abridged: [0xef]
        case .intermediate: [0xee, 0xee, 0xee, 0xee]
        case .paddedIntermediate: [0xdd, 0xdd, 0xdd, 0xdd]
        case .full: []
        }
    }
}

public enum FrameError: Error, Hashable, Sendable {
    /// A length that cannot be, or larger than is taken.
    case badLength
    /// A wrong number or checksum.
    case badChecksum
}

/// Writes frames.
public struct FrameWriter: Sendable {
    public let format: FrameFormat
    private var sequence: UInt32 = 0

    public init(_ format: FrameFormat) { self.format = format }

    /// - Precondition: a packet's length is a multiple of four.
    public mutating func frame(_ packet: [UInt8], _ random: RandomBytes) -> [UInt8] {
        var writer = TLWriter()
        writer.reserve(packet.count + 16)
        switch format {
        case .abridged:
            let words = packet.count / 4
            if words < 0x7f {
                writer.raw([UInt8(words)])
            } else {
                writer.uint32(0x7f | UInt32(words) << 8)
            }
            writer.raw(packet)
        case .intermediate:
            writer.uint32(UInt32(packet.count))
            writer.raw(packet)
        case .paddedIntermediate:
            let padding = random(Int(random(1)[0] & 15))
            writer.uint32(UInt32(packet.count + padding.count))
            writer.raw(packet)
            writer.raw(padding)
        case .full:
            writer.uint32(UInt32(packet.count + 12))
            writer.uint32(sequence)
            writer.raw(packet)
            writer.uint32(CRC32.checksum(of: writer.bytes))
            sequence += 1
        }
        return writer.bytes
    }
}
