import Transcription

/// Words with times, spelled as the whole text spells them: services leave punctuation and capitals out of words.
enum SpelledWords {
    static func words(
        _ timed: [(text: String, start: Double, end: Double)], spelledAs text: String
    ) -> [Recognition.Word] {
        let spelled = text.split(whereSeparator: \.isWhitespace)
        // Word by word or not at all: a wrong guess would move words in time.
        let isSame =
            spelled.count == timed.count
            && zip(spelled, timed).allSatisfy { letters(String($0)) == letters($1.text) }
        return timed.enumerated().map { index, word in
            let plain = word.text.filter { !$0.isWhitespace }
            return Recognition.Word(
                text: isSame ? String(spelled[index]) : plain, start: word.start, end: word.end)
        }
    }

    /// Words of a text of which only the ends are known, by their length.
    static func spread(_ text: String, from start: Double, to end: Double) -> [Recognition.Word] {
        let words = text.split(whereSeparator: \.isWhitespace)
        let total = words.reduce(0) { $0 + $1.count + 1 }
        var said = 0
        return words.map { word in
            let first = start + (end - start) * Double(said) / Double(total)
            said += word.count + 1
            let last = start + (end - start) * Double(said) / Double(total)
            return Recognition.Word(text: String(word), start: first, end: last)
        }
    }

    private static func letters(_ text: String) -> String {
        text.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}
