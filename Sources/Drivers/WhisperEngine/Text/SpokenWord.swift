import Transcription

/// A word and the tokens it is made of.
struct SpokenWord: Hashable {
    var text: String
    var tokens: Range<Int>

    /// Groups tokens into words: a space begins one, and so does each character of a script without spaces. A character
    /// that several tokens share stays whole.
    static func words(_ tokens: [Int], _ vocabulary: Vocabulary) -> [SpokenWord] {
        var words: [SpokenWord] = []
        var first = 0
        while first < tokens.count {
            var end = first + 1
            while end < tokens.count, end - first < 4, !isWhole(tokens[first..<end], vocabulary) { end += 1 }
            let text = vocabulary.text(tokens[first..<end])
            let isUnspaced = text.unicodeScalars.first { !$0.properties.isWhitespace }.map(Script.isUnspaced) ?? false
            let begins = text.first?.isWhitespace == true || isUnspaced || words.isEmpty
            if begins {
                words.append(SpokenWord(text: text, tokens: first..<end))
            } else {
                words[words.count - 1].text += text
                words[words.count - 1].tokens = words[words.count - 1].tokens.lowerBound..<end
            }
            first = end
        }
        return words
    }

    private static func isWhole(_ tokens: ArraySlice<Int>, _ vocabulary: Vocabulary) -> Bool {
        !vocabulary.text(tokens).unicodeScalars.contains("\u{FFFD}")
    }
}
