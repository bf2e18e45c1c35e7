/// A ZIP archive whose entries are stored as they are (PKWARE's APPNOTE 6.3, sections 4.3.7 to 4.3.16).
struct StoredArchive {
    private var bytes: [UInt8] = []
    private var directory: [UInt8] = []
    private var count = 0

    /// - Parameter name: ASCII, with `/` between folders.
    mutating func add(_ name: String, _ content: [UInt8]) {
        let offset = bytes.count
        let common = Self.common(content, nameLength: name.utf8.count)
        bytes += Self.four(0x0403_4b50) + Self.two(20) + common + Array(name.utf8) + content
        directory += Self.four(0x0201_4b50) + Self.two(20) + Self.two(20) + common
        // Comment, disk and internal attributes, then external ones, all zero.
        directory += [UInt8](repeating: 0, count: 10) + Self.four(offset) + Array(name.utf8)
        count += 1
    }

    /// The whole archive.
    func finished() -> [UInt8] {
        bytes + directory + Self.four(0x0605_4b50) + Self.two(0) + Self.two(0) + Self.two(count) + Self.two(count)
            + Self.four(directory.count) + Self.four(bytes.count) + Self.two(0)
    }

    /// The fields that stand in both headers: flags, method, time, date, checksum, sizes, lengths.
    private static func common(_ content: [UInt8], nameLength: Int) -> [UInt8] {
        // 1 January 1980, the first day the format knows: equal transcripts give equal files.
        two(0) + two(0) + two(0) + two(0x21) + four(Int(checksum(content))) + four(content.count)
            + four(content.count) + two(nameLength) + two(0)
    }

    private static func two(_ value: Int) -> [UInt8] { [UInt8(value & 0xff), UInt8(value >> 8 & 0xff)] }

    private static func four(_ value: Int) -> [UInt8] { two(value & 0xffff) + two(value >> 16 & 0xffff) }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1 }
    }

    /// CRC-32 as in ISO 3309.
    static func checksum(_ content: [UInt8]) -> UInt32 {
        ~content.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 0xff)] ^ $0 >> 8 }
    }
}
