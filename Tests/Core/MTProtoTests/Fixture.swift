import Crypto
import MTProto

/// Bytes from hexadecimal text; spaces and line ends do not matter.
func hex(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}

let cipher = OpenSSLCipher()

/// Random bytes that are the same each time.
func seeded(_ seed: UInt64) -> RandomBytes {
    let state = Seeded(seed)
    return { state.bytes($0) }
}

/// For one test at a time.
// Unchecked because no test uses it from two tasks.
final class Seeded: @unchecked Sendable {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }

    func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

let testKey = AuthKey(Seeded(7).bytes(256), cipher)
