extension String {
    /// The text on one line: runs of white space become one space, control characters go, nothing else changes.
    ///
    /// No-break spaces stay, since they hold words together, and so do the invisible characters that carry direction
    /// (isolates, marks) and join emoji.
    var singleLine: String {
        var result = String.UnicodeScalarView()
        var spaceIsDue = false
        for scalar in unicodeScalars {
            if scalar.separatesWords {
                spaceIsDue = !result.isEmpty
            } else if scalar.properties.generalCategory != .control {
                if spaceIsDue { result.append(" ") }
                spaceIsDue = false
                result.append(scalar)
            }
        }
        return String(result)
    }
}

extension Unicode.Scalar {
    /// White space at which a line may break; U+00A0 and U+202F are white space that forbids it.
    var separatesWords: Bool {
        properties.isWhitespace && self != "\u{A0}" && self != "\u{202F}"
    }
}
