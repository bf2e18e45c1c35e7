/// Unsigned numbers as big-endian bytes, as far as the exchange of keys needs them outside the cipher.
enum BigEndian {
    /// Without leading zeros.
    static func trimmed(_ bytes: some Collection<UInt8>) -> [UInt8] { Array(bytes.drop { $0 == 0 }) }

    static func isLess(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        let (a, b) = (trimmed(a), trimmed(b))
        return a.count == b.count ? a.lexicographicallyPrecedes(b) : a.count < b.count
    }

    /// `a - b`. - Precondition: `b` is not larger.
    static func difference(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        var result = a
        let b = [UInt8](repeating: 0, count: max(0, a.count - b.count)) + b.suffix(a.count)
        var borrow = 0
        for index in a.indices.reversed() {
            let value = Int(a[index]) - Int(b[index]) - borrow
            borrow = value < 0 ? 1 : 0
            result[index] = UInt8(truncatingIfNeeded: value)
        }
        return result
    }

    static func remainder(_ a: [UInt8], _ divisor: Int) -> Int {
        a.reduce(0) { ($0 << 8 | Int($1)) % divisor }
    }

    /// Half of an odd number, rounded down.
    static func half(_ a: [UInt8]) -> [UInt8] {
        var carry: UInt8 = 0
        return a.map { byte in
            defer { carry = byte << 7 }
            return byte >> 1 | carry
        }
    }

    /// 2 to the power of `bit`.
    static func powerOfTwo(_ bit: Int) -> [UInt8] { [UInt8(1 << (bit % 8))] + [UInt8](repeating: 0, count: bit / 8) }

    static func bytes(_ value: UInt64) -> [UInt8] {
        trimmed((0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) })
    }

    /// The number, where it has at most 64 bits.
    static func value(_ bytes: [UInt8]) -> UInt64? {
        let bytes = trimmed(bytes)
        return bytes.count > 8 ? nil : bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
