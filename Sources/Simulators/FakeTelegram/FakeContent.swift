import Crypto
import FakeBlocks
import MTProto

/// The bytes of a file, computed where they are asked for: 1.9 GB need no disk.
public struct FakeContent: Sendable {
    public enum Piece: Sendable {
        case bytes([UInt8])
        /// The same again and again, so many bytes in all.
        case repeated([UInt8], count: Int64)
        /// What looks like chance: the key stream of AES-256-CTR under a key made of the number.
        case noise(seed: UInt64, count: Int64)
        /// The same in a way that every language computes in a few lines (SplitMix64).
        case computed(seed: UInt64, count: Int64)

        var count: Int64 {
            switch self {
            case .bytes(let bytes): Int64(bytes.count)
            case .repeated(_, let count), .noise(_, let count), .computed(_, let count): count
            }
        }
    }

    public var pieces: [Piece]

    public init(_ pieces: [Piece]) { self.pieces = pieces }

    public init(_ bytes: [UInt8]) { pieces = [.bytes(bytes)] }

    public var count: Int64 { pieces.reduce(0) { $0 + $1.count } }

    /// The bytes from `offset` on, `count` of them or fewer at the end.
    public func read(_ offset: Int64, _ count: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(count + 1024)
        var start: Int64 = 0
        for piece in pieces {
            let (from, end) = (max(offset, start), min(offset + Int64(count), start + piece.count))
            if from < end { Self.append(piece, from - start, Int(end - from), to: &result) }
            start += piece.count
        }
        return result
    }

    private static func append(_ piece: Piece, _ offset: Int64, _ count: Int, to result: inout [UInt8]) {
        switch piece {
        case .bytes(let bytes): result += bytes[Int(offset)..<(Int(offset) + count)]
        case .repeated(let bytes, _):
            var (position, left) = (Int(offset % Int64(bytes.count)), count)
            while left > 0 {
                let taken = min(left, bytes.count - position)
                result += bytes[position..<(position + taken)]
                left -= taken
                position = 0
            }
        case .computed(let seed, let size):
            result += SeededContent(seed: seed, size: size).bytes(offset..<offset + Int64(count))
        case .noise(let seed, _):
            let key = (0..<32).map { UInt8(truncatingIfNeeded: seed >> UInt64(8 * ($0 % 8))) ^ UInt8($0) }
            let block = UInt64(offset / 16)
            let counter =
                [UInt8](repeating: 0, count: 8) + (0..<8).map { UInt8(truncatingIfNeeded: block >> (56 - 8 * $0)) }
            let skipped = Int(offset % 16)
            var stream = [UInt8](repeating: 0, count: skipped + count)
            OpenSSLCipher().counterStream(key: key, iv: counter).apply(&stream, 0..<stream.count)
            result += stream[skipped...]
        }
    }
}
