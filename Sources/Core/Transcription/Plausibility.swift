public import Transcripts

/// Signs that an engine's text was not spoken.
public enum Plausibility {
    /// Words per second of speech beyond which nobody speaks; fast talkers reach 5 to 6.
    static let fastestWords = 9.0
    /// The same for scripts written without spaces, in characters; fast talkers reach 8.
    static let fastestCharacters = 14.0
    /// Rates say nothing about a chunk shorter than this.
    static let shortestSpeech = 1.0

    /// What is wrong with `words` heard in `speech` seconds.
    public static func flags(_ words: [String], speech: Double) -> [SegmentFlag] {
        var flags: [SegmentFlag] = []
        if isLoop(words) { flags.append(.repetition) }
        if isTooFast(words, speech: speech) { flags.append(.impossibleRate) }
        return flags
    }

    /// A phrase of one to eight words said at least five times in a row (eight times for one word), filling most of
    /// the text: decoders that lose the sound repeat themselves, people seldom do.
    static func isLoop(_ words: [String]) -> Bool {
        let words = words.map { $0.lowercased() }
        for length in 1...8 where words.count >= length * minimumRepeats(length) {
            var run = 0
            for index in length..<words.count {
                run = words[index] == words[index - length] ? run + 1 : 0
                let repeated = run + length
                if repeated >= length * minimumRepeats(length), repeated * 2 > words.count { return true }
            }
        }
        return false
    }

    private static func minimumRepeats(_ length: Int) -> Int { length == 1 ? 8 : 5 }

    static func isTooFast(_ words: [String], speech: Double) -> Bool {
        let seconds = max(speech, shortestSpeech)
        let unspaced = words.filter { $0.unicodeScalars.first.map(Script.isUnspaced) ?? false }
        let characters = unspaced.reduce(0) { $0 + $1.count }
        if Double(characters) / seconds > fastestCharacters { return true }
        return Double(words.count - unspaced.count) / seconds > fastestWords
    }
}
