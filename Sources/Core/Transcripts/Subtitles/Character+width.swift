extension Character {
    /// Columns on a subtitle line: 0 for what cannot be seen, 2 for East Asian wide characters and emoji, else 1.
    var width: Int {
        if isASCII { return 1 }
        let scalars = unicodeScalars
        if scalars.allSatisfy(\.properties.isDefaultIgnorableCodePoint) { return 0 }
        // U+FE0F asks for the colourful, wide form of a character that has two.
        if scalars.contains(where: { $0.isWide || $0.properties.isEmojiPresentation || $0 == "\u{FE0F}" }) { return 2 }
        return 1
    }

    /// Whether a line may break beside this character without a space: ideographs, kana and their punctuation.
    ///
    /// Hangul is wide as well but parts its words by spaces (UAX 14, class ID against H2 and H3).
    var standsAlone: Bool {
        guard let scalar = unicodeScalars.first, scalar.isWide else { return false }
        return !(0x1100...0x11FF).contains(scalar.value) && !(0xA960...0xA97F).contains(scalar.value)
            && !(0xAC00...0xD7FF).contains(scalar.value) && !scalar.properties.isEmoji
    }

    /// Whether the script writes words without spaces and a break needs to know where words end (UAX 14, class SA).
    var needsDictionary: Bool {
        guard let value = unicodeScalars.first?.value else { return false }
        return (0x0E00...0x0EFF).contains(value) || (0x1000...0x109F).contains(value)
            || (0x1780...0x17FF).contains(value)
    }

    /// Closing punctuation and small kana, which never begin a line (UAX 14, classes CL, EX, NS).
    var clingsToPrevious: Bool { "、。，．！？：；）］｝〉》」』】〕〗〙〛’”…‥ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々".contains(self) }

    /// Opening punctuation, which never ends a line (UAX 14, class OP).
    var clingsToNext: Bool { "（［｛〈《「『【〔〖〘〚‘“".contains(self) }
}

extension Unicode.Scalar {
    /// Wide or fullwidth (UAX 11), by block: Swift's library does not carry the property.
    var isWide: Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}

extension StringProtocol {
    /// Columns on a subtitle line.
    var width: Int { reduce(0) { $0 + $1.width } }
}
