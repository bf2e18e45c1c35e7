/// Bytes that can be computed from where they stand, so that a file of any size needs no room.
public struct SeededContent: Sendable, Hashable {
    public let seed: UInt64
    public let size: Int64

    public init(seed: UInt64, size: Int64) {
        self.seed = seed
        self.size = size
    }

    /// The bytes of a range within the file.
    public func bytes(_ range: Range<Int64>) -> [UInt8] {
        let count = Int(range.upperBound - range.lowerBound)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var offset = range.lowerBound
            while filled < count {
                var word = Self.mixed(seed &+ UInt64(offset / 8))
                let skipped = Int(offset % 8)
                word >>= UInt64(8 * skipped)
                for _ in skipped..<8 where filled < count {
                    buffer[filled] = UInt8(truncatingIfNeeded: word)
                    word >>= 8
                    filled += 1
                    offset += 1
                }
            }
        }
    }

    /// SplitMix64 (Steele, Lea, Flood, 2014).
    static func mixed(_ value: UInt64) -> UInt64 {
        var z = value &* 0x9e37_79b9_7f4a_7c15
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
