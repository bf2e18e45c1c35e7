/// What matters about writing systems when words are put side by side.
public enum Script {
    /// Scripts written without spaces between words: Thai, Lao, Myanmar, Khmer, kana, bopomofo, Han and its punctuation.
    public static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x19E0...0x19FF, 0x2E80...0x2FDF, 0x3000...0x30FF,
            0x3100...0x312F, 0x31A0...0x31FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0xFF00...0xFF9F,
            0x20000...0x3FFFF:
            true
        default: false
        }
    }

    /// Joins words as their script writes them.
    public static func join(_ words: some Sequence<String>) -> String {
        var text = ""
        for word in words where !word.isEmpty {
            if let last = text.unicodeScalars.last, let first = word.unicodeScalars.first,
                !(isUnspaced(last) && isUnspaced(first))
            {
                text += " "
            }
            text += word
        }
        return text
    }
}
