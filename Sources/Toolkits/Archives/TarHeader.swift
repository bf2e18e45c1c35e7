/// The 512 bytes before each file of a tar archive (POSIX.1-1988 ustar; sizes above 8 GiB as GNU tar writes them).
struct TarHeader: Equatable {
    static let byteCount = 512

    let name: String
    let bytes: Int64

    /// Bytes of zeros after the content, up to the next multiple of 512.
    var padding: Int { Int((512 - bytes % 512) % 512) }

    /// Letters, digits, `.`, `_`, `-`, and `/` between names that are not `.` or `..`; at most 99 bytes.
    static func isSafe(_ name: String) -> Bool {
        let allowed: (UInt8) -> Bool = { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || [0x2d, 0x2e, 0x5f, 0x2f].contains(byte)
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return (1...99).contains(name.utf8.count) && name.utf8.allSatisfy(allowed)
            && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
    }

    init(name: String, bytes: Int64) {
        self.name = name
        self.bytes = bytes
    }

    // MARK: - Writing

    func encoded() -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.byteCount)
        func put(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
        }
        put(name, at: 0)
        // For their owner alone: they hold keys.
        put("0000600\0", at: 100)
        put("0000000\0", at: 108)
        put("0000000\0", at: 116)
        put(Self.octal(0, digits: 11), at: 136)
        put("0", at: 156)
        put("ustar\u{0}00", at: 257)
        if bytes < 1 << 33 {
            put(Self.octal(bytes, digits: 11), at: 124)
        } else {
            block[124] = 0x80
            for index in 0..<8 { block[128 + index] = UInt8(truncatingIfNeeded: bytes >> (8 * (7 - index))) }
        }
        // The sum is computed with blanks in its own place.
        put("        ", at: 148)
        put(Self.octal(Int64(Self.sum(block)), digits: 6) + "\0 ", at: 148)
        return block
    }

    private static func octal(_ value: Int64, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }

    private static func sum(_ block: [UInt8]) -> Int { block.reduce(0) { $0 + Int($1) } }

    // MARK: - Reading

    /// - Returns: nil for the block of zeros that ends an archive.
    init?(_ block: [UInt8]) throws(ArchiveError) {
        guard block.count == Self.byteCount else { throw .cutShort }
        if block.allSatisfy({ $0 == 0 }) { return nil }
        var blank = block
        for index in 148..<156 { blank[index] = 0x20 }
        guard Self.number(block[148..<156]) == Int64(Self.sum(blank)) else { throw .damaged("a head is not a head") }
        // Only plain files are ever written.
        guard block[156] == UInt8(ascii: "0") else { throw .damaged("it holds something other than files") }
        name = String(decoding: block[0..<100].prefix { $0 != 0 }, as: UTF8.self)
        guard Self.isSafe(name) else { throw .damaged("a name is not allowed") }
        let size: Int64?
        if block[124] == 0x80 {
            size = block[128..<136].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        } else {
            size = Self.number(block[124..<136])
        }
        guard let size, size >= 0, size < 1 << 50 else { throw .damaged("a length is not a number") }
        bytes = size
    }

    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
        guard !digits.isEmpty, digits.count <= 12 else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self), radix: 8)
    }
}
