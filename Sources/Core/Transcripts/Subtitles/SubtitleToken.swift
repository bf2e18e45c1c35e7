/// The smallest piece of text that stays on one line: a word, an ideograph with its punctuation, or a slice of a word
/// that is longer than a line.
struct SubtitleToken: Equatable {
    /// How good the place behind a token is for a break.
    enum Seam: Int, Comparable {
        case insideWord, word, clause, sentence

        static func < (a: Seam, b: Seam) -> Bool { a.rawValue < b.rawValue }
    }

    var text: String
    var width: Int
    /// Whether a space parts it from the token before when both are on one line.
    var followsSpace: Bool
    /// Milliseconds.
    var start: Int
    var end: Int
    var seam: Seam
}

extension SubtitleToken {
    /// The tokens of a segment, each no wider than `maxWidth` unless a single character is.
    static func tokens(of segment: Segment, maxWidth: Int) -> [SubtitleToken] {
        let words = segment.text.singleLine.split(separator: " ")
        let clock = CharacterClock(segment, characterCount: words.reduce(0) { $0 + $1.count })
        var tokens: [SubtitleToken] = []
        var offset = 0
        for (index, word) in words.enumerated() {
            let next = index + 1 < words.count ? words[index + 1] : nil
            let first = tokens.count
            for piece in pieces(of: word, clock: clock, offset: offset, maxWidth: maxWidth) {
                let length = piece.text.count
                tokens.append(
                    SubtitleToken(
                        text: piece.text, width: piece.text.width, followsSpace: tokens.count == first && index > 0,
                        start: Timecode.milliseconds(clock.start(of: offset)),
                        end: Timecode.milliseconds(clock.end(of: offset + length)), seam: piece.seam))
                offset += length
            }
            tokens[tokens.count - 1].seam = seam(behind: word, before: next)
        }
        return tokens
    }

    private typealias Piece = (text: String, seam: Seam)

    /// A word as it is, or cut where its script allows and, past the width of a line, between any two characters.
    private static func pieces(
        of word: Substring, clock: CharacterClock, offset: Int, maxWidth: Int
    ) -> [Piece] {
        var pieces: [Piece] = []
        var piece = ""
        var width = 0
        var last: Character?
        for (index, character) in word.enumerated() {
            if let last,
                let seam = seam(between: last, and: character, wordBegins: clock.wordBegins(at: offset + index))
            {
                pieces.append((piece, seam))
                (piece, width) = ("", 0)
            } else if width > 0, width + character.width > maxWidth {
                pieces.append((piece, .insideWord))
                (piece, width) = ("", 0)
            }
            piece.append(character)
            width += character.width
            last = character
        }
        return pieces + [(piece, .word)]
    }

    /// The break that the script allows between two characters of one word, or `nil`.
    private static func seam(
        between a: Character, and b: Character, wordBegins: @autoclosure () -> Bool
    ) -> Seam? {
        // Most text: no ASCII character allows a break inside a word.
        if a.isASCII, b.isASCII { return nil }
        if a.clingsToNext || b.clingsToPrevious { return nil }
        if a.standsAlone || b.standsAlone {
            if "。！？".contains(a) { return .sentence }
            if "、，；：…".contains(a) { return .clause }
            // Inside an ideographic text every place is allowed; the one where a word begins reads better.
            return .word
        }
        return a.needsDictionary && b.needsDictionary && wordBegins() ? .word : nil
    }

    private static let closing: Set<Character> = [
        "\"", "'", "”", "’", "»", ")", "]", "」", "』", "）", "\u{2069}", "\u{200F}",
    ]
    private static let clauseMarks = Set<Character>(",;:،؛、，；：—–")
    private static let sentenceMarks = Set<Character>(".!?…。！？؟۔।።")
    /// Titles that stand before names.
    private static let titles: Set<Substring> = [
        "Mr", "Mrs", "Ms", "Dr", "St", "Prof", "Sr", "Sra", "Hr", "Fr", "Mme", "Nr", "No",
    ]

    /// What the end of a word says about the break behind it.
    static func seam(behind word: Substring, before next: Substring?) -> Seam {
        // Letters end most words.
        if word.utf8.last.map({ $0 < 0x80 && $0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A }) == true { return .word }
        var core = word
        while let last = core.last, closing.contains(last) { core.removeLast() }
        guard let last = core.last else { return .word }
        if clauseMarks.contains(last) { return .clause }
        guard sentenceMarks.contains(last) else { return .word }
        if last == ".", next?.first?.isLowercase == true || isAbbreviation(core.dropLast()) { return .word }
        return .sentence
    }

    /// Initials and the titles that stand before names.
    private static func isAbbreviation(_ word: Substring) -> Bool {
        return (word.count == 1 && word.first?.isLetter == true) || titles.contains(word)
    }
}
