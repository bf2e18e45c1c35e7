/// The lines of a subtitle file: split at CRLF, LF or CR, checked to be UTF-8, a byte order mark left out.
struct SubtitleLines {
    private(set) var lines: [String] = []

    init(_ bytes: [UInt8], limits: SubtitleLimits) throws(SubtitleError) {
        guard bytes.count <= limits.bytes else { throw SubtitleError(.tooLarge(limit: limits.bytes), line: 1) }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var start = bytes.starts(with: mark) ? mark.count : 0
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                try append(bytes[start..<index])
                let isPair = byte == UInt8(ascii: "\r") && index + 1 < bytes.count && bytes[index + 1] == 0x0A
                index += isPair ? 1 : 0
                start = index + 1
            }
            index += 1
        }
        if start < bytes.count { try append(bytes[start...]) }
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) throws(SubtitleError) {
        guard let line = String(validating: bytes, as: UTF8.self) else {
            throw SubtitleError(.notUTF8, line: lines.count + 1)
        }
        lines.append(line)
    }
}

extension String {
    /// Whether a line parts blocks: nothing on it but spaces and tabs.
    var isBlankLine: Bool { utf8.allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } }

    /// Whether the bytes of `-->` are in the line, whatever marks combine with them.
    var containsArrow: Bool {
        var dashes = 0
        for byte in utf8 {
            if byte == UInt8(ascii: ">"), dashes >= 2 { return true }
            dashes = byte == UInt8(ascii: "-") ? dashes + 1 : 0
        }
        return false
    }

    /// Whether the line could be SubRip's number of a cue.
    var isCueNumber: Bool {
        let digits = utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        return !digits.isEmpty && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
