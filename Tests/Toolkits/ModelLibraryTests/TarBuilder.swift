import CCompression

/// Writes tar archives, right and wrong.
struct TarBuilder {
    private(set) var bytes: [UInt8] = []

    /// One header, and the contents with their padding.
    mutating func add(
        _ name: String, _ contents: [UInt8] = [], type: Character = "0", link: String = "", size: String? = nil,
        prefix: String = "", magic: String = "ustar\u{0}00", breakingChecksum: Bool = false
    ) {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at place: Int, _ width: Int) {
            for (index, byte) in text.utf8.prefix(width).enumerated() { header[place + index] = byte }
        }
        put(name, at: 0, 100)
        put("0000644\u{0}", at: 100, 8)
        put("0000000\u{0}", at: 108, 8)
        put("0000000\u{0}", at: 116, 8)
        put(size ?? octal(contents.count), at: 124, 12)
        put("00000000000\u{0}", at: 136, 12)
        header[156] = type.asciiValue ?? 0
        put(link, at: 157, 100)
        put(magic, at: 257, 8)
        put(prefix, at: 345, 155)
        header.replaceSubrange(148..<156, with: [UInt8](repeating: 32, count: 8))
        let sum = header.reduce(0) { $0 + Int($1) } + (breakingChecksum ? 1 : 0)
        put(String(String(octal(sum).dropLast().suffix(6))) + "\u{0} ", at: 148, 8)
        bytes += header + contents + [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
    }

    /// A pax header for the next entry.
    mutating func addExtended(_ records: [(String, String)], type: Character = "x") {
        var contents: [UInt8] = []
        for (key, value) in records {
            let rest = " \(key)=\(value)\n".utf8.count
            // The length counts its own digits.
            var length = rest + 1
            while length != rest + String(length).count { length = rest + String(length).count }
            contents += Array("\(length) \(key)=\(value)\n".utf8)
        }
        add("PaxHeader", contents, type: type)
    }

    /// The archive with the two zero blocks that end it.
    var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1_024) }

    private func octal(_ value: Int) -> String {
        let digits = String(value, radix: 8)
        return String(repeating: "0", count: max(0, 11 - digits.count)) + digits + "\u{0}"
    }
}

/// One bzip2 stream.
func compressed(_ bytes: [UInt8]) -> [UInt8] {
    var output = [CChar](repeating: 0, count: bytes.count + bytes.count / 50 + 1_000)
    var length = UInt32(output.count)
    var input = bytes.map { CChar(bitPattern: $0) }
    let status = BZ2_bzBuffToBuffCompress(&output, &length, &input, UInt32(input.count), 1, 0, 0)
    precondition(status == BZ_OK)
    return output.prefix(Int(length)).map { UInt8(bitPattern: $0) }
}
