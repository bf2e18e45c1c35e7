/// The line that says when a cue is shown, of SubRip or WebVTT.
struct CueTimes {
    var start: Int
    var end: Int
    /// What stands behind the times: WebVTT's settings, or SubRip's coordinates.
    var rest: String

    /// Reads a line, or gives `nil` when it is not meant as times: no arrow, or no digit and colon before it.
    ///
    /// A line that is meant as times and is wrong is an error, since its text would otherwise become that of the cue
    /// before.
    init?(_ line: String, number: Int) throws(SubtitleError) {
        guard line.containsArrow else { return nil }
        var reader = TimesReader(line.utf8)
        reader.skipSpaces()
        guard reader.nextIsDigit else { return nil }
        guard let start = reader.time() else {
            // "5 --> 6 apples" is text; a colon and nothing but marks of times around it show what was meant.
            if Self.looksLikeTime(line) { throw SubtitleError(.malformedTime, line: number) }
            return nil
        }
        reader.skipSpaces()
        guard reader.skipArrow() else { throw SubtitleError(.malformedTime, line: number) }
        reader.skipSpaces()
        guard let end = reader.time(), reader.isAtBreak else { throw SubtitleError(.malformedTime, line: number) }
        guard end >= start else { throw SubtitleError(.endsBeforeItStarts, line: number) }
        self.start = start
        self.end = end
        rest = reader.rest
    }

    private static func looksLikeTime(_ line: String) -> Bool {
        let left = line.utf8.prefix { $0 != UInt8(ascii: "-") }
        return left.contains(UInt8(ascii: ":"))
            && left.allSatisfy { (0x30...0x39).contains($0) || ":.,; \t".utf8.contains($0) }
    }
}

/// Reads `[[H:]M:]S[,.]fff` with any number of digits that makes sense; files in the wild write `1:02,5` too.
private struct TimesReader {
    private var bytes: Substring.UTF8View

    init(_ line: String.UTF8View) { bytes = line[line.startIndex..<line.endIndex] }

    var nextIsDigit: Bool { bytes.first.map(Self.isDigit) ?? false }
    var isAtBreak: Bool { bytes.first.map { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") } ?? true }
    var rest: String { String(Substring(bytes)).singleLine }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    mutating func skipSpaces() {
        while let byte = bytes.first, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { bytes.removeFirst() }
    }

    mutating func skipArrow() -> Bool {
        guard bytes.starts(with: "-->".utf8) else { return false }
        bytes.removeFirst(3)
        return true
    }

    /// Milliseconds; `nil` when there is no time here, or one past what can be written.
    mutating func time() -> Int? {
        var fields: [Int] = []
        repeat {
            guard fields.count < 3, let field = number() else { return nil }
            fields.append(field)
        } while skip(":")
        guard fields.count > 1 else { return nil }
        var fraction = 0
        if skip(",") || skip(".") {
            guard let read = milliseconds() else { return nil }
            fraction = read
        }
        let hours = fields.count == 3 ? fields[0] : 0
        let (minutes, seconds) = (fields[fields.count - 2], fields[fields.count - 1])
        guard hours <= 9_999, minutes < 60, seconds < 60 else { return nil }
        return ((hours * 60 + minutes) * 60 + seconds) * 1_000 + fraction
    }

    private mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        guard bytes.first == UInt8(ascii: mark) else { return false }
        bytes.removeFirst()
        return true
    }

    private mutating func number() -> Int? {
        let digits = bytes.prefix(while: Self.isDigit)
        guard !digits.isEmpty, digits.count <= 6 else { return nil }
        bytes.removeFirst(digits.count)
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// The digits behind the decimal mark: `5` is half a second; what is finer than a millisecond is cut off.
    private mutating func milliseconds() -> Int? {
        let digits = bytes.prefix(while: Self.isDigit)
        guard !digits.isEmpty, digits.count <= 18 else { return nil }
        bytes.removeFirst(digits.count)
        let known = digits.prefix(3).map { Int($0 - UInt8(ascii: "0")) }
        return (known + [0, 0]).prefix(3).reduce(0) { $0 * 10 + $1 }
    }
}
