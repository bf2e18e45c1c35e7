/// Base64 as fields carry it (RFC 4648 section 4).
public enum Base64 {
    /// Padding is optional; `nil` for anything that is not Base64.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var count = 0
        for byte in text.utf8 {
            if byte == 0x3d { break }
            guard let value = value(of: byte) else { return nil }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        return bytes
    }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 0x41...0x5a: digit - 0x41
        case 0x61...0x7a: digit - 0x47
        case 0x30...0x39: digit + 4
        case 0x2b: 62
        case 0x2f: 63
        default: nil
        }
    }
}
