internal import Review

/// The words of a text as the search compares them: small letters without accents.
struct TextWords {
    /// Bytes that no word has: the end of a word in the index, and the parts behind it.
    static let end = "\0"
    /// Of one text; what is beyond is not found.
    private static let most = 50_000

    private let plain: [Character: Character]

    init() { plain = Self.letters() }

    /// How often each word occurs.
    func counts(_ text: String) -> [String: Int] {
        var counts: [String: Int] = [:]
        for word in text.split(whereSeparator: Self.parts) {
            let folded = fold(word)
            guard counts.count < Self.most || counts[folded] != nil else { continue }
            counts[folded, default: 0] += 1
        }
        return counts
    }

    func sought(_ query: String) -> [String] { SearchWords.words(of: query).map { fold($0[...]) } }

    static func parts(_ character: Character) -> Bool { !character.isLetter && !character.isNumber }

    /// As long as the words of a query may be.
    func fold(_ word: Substring) -> String {
        let small = word.prefix(64).lowercased()
        if small.utf8.allSatisfy({ $0 < 0x80 }) { return small }
        return String(small.map { plain[$0] ?? Self.unmarked($0) })
    }

    /// Marks that lie beside their letter.
    private static func unmarked(_ character: Character) -> Character {
        let scalars = character.unicodeScalars.filter { !(0x300...0x36f).contains($0.value) }
        return scalars.count == 1 ? scalars.first.map(Character.init) ?? character : character
    }

    /// Letters that have their marks within, with one mark or two. Characters are equal whichever way they are written
    /// (Unicode Standard Annex 15), so one made of parts finds the other.
    private static func letters() -> [Character: Character] {
        var letters: [Character: Character] = ["ø": "o", "ł": "l", "đ": "d", "ı": "i", "ħ": "h"]
        let marks = (0x300...0x345).compactMap { Unicode.Scalar($0 as Int) }
        let bases = "abcdefghijklmnopqrstuvwxyzαεηιουωабвгдежзийклмнопрстуфхцчшщъыьэюяі"
        for base in bases.unicodeScalars {
            for first in marks {
                letters[Character(String(String.UnicodeScalarView([base, first])))] = Character(base)
            }
        }
        // Vietnamese, and capitals of linguists.
        for base in "aeouiy".unicodeScalars {
            for first in marks {
                for second in [0x300, 0x301, 0x303, 0x304, 0x309, 0x323].compactMap({ Unicode.Scalar($0 as Int) }) {
                    letters[Character(String(String.UnicodeScalarView([base, first, second])))] = Character(base)
                }
            }
        }
        return letters
    }
}

extension TextWords {
    /// Words around the first that was found, with marks at all that were.
    func excerpt(of text: String, _ sought: [String]) -> String {
        let isSought = { (word: Substring) -> Bool in
            let folded = fold(word)
            return sought.dropLast().contains(folded) || sought.last.map { folded.hasPrefix($0) } == true
        }
        let pieces = text.split(whereSeparator: \.isWhitespace)
        let first = pieces.firstIndex { $0.split(whereSeparator: Self.parts).contains(where: isSought) } ?? 0
        let window = max(0, first - 6)..<min(pieces.count, max(0, first - 6) + 24)
        let words = pieces[window].map { piece in
            piece.split(whereSeparator: Self.parts).contains(where: isSought)
                ? SearchHit.marks.begin + piece + SearchHit.marks.end : String(piece)
        }
        return (window.lowerBound > 0 ? "…" : "") + words.joined(separator: " ")
            + (window.upperBound < pieces.count ? "…" : "")
    }
}
