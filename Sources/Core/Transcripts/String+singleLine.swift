extension String {
    /// The text on one line: runs of white space become one space, control characters go, nothing else changes.
    ///
    /// No-break spaces stay, since they hold words together, and so do the invisible characters that carry direction
    /// (isolates, marks) and join emoji.
    var singleLine: String {
        if isPlainLine { return self }
        var result = String.UnicodeScalarView()
        var spaceIsDue = false
        for scalar in unicodeScalars {
            if scalar.separatesWords {
                spaceIsDue = !result.isEmpty
            } else if !scalar.isControl {
                if spaceIsDue { result.append(" ") }
                spaceIsDue = false
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// Whether the text is ASCII and has nothing to change: most texts, told in one pass over the bytes.
    private var isPlainLine: Bool {
        var previous = UInt8(ascii: " ")
        for byte in utf8 {
            guard (0x20..<0x7F).contains(byte), byte != 0x20 || previous != 0x20 else { return false }
            previous = byte
        }
        return isEmpty || previous != 0x20
    }
}

extension Unicode.Scalar {
    /// White space at which a line may break; U+00A0 and U+202F are white space that forbids it.
    var separatesWords: Bool {
        if isASCII { return value == 0x20 || (0x09...0x0D).contains(value) }
        return properties.isWhitespace && self != "\u{A0}" && self != "\u{202F}"
    }

    /// General category Cc.
    var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}
