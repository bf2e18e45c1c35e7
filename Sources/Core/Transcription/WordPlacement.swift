import Transcripts

/// Words of one chunk on the time line of the whole audio.
enum WordPlacement {
    /// The engine's own times where it gave them, kept inside the chunk and in order; else times by length.
    static func words(of recognition: Recognition, in chunk: Chunk) -> [Word] {
        recognition.words.isEmpty ? estimated(recognition.text, in: chunk) : timed(recognition.words, in: chunk)
    }

    private static func timed(_ words: [Recognition.Word], in chunk: Chunk) -> [Word] {
        let offset = PCMFormat.seconds(chunk.range.lowerBound)
        let limit = PCMFormat.seconds(chunk.range.upperBound)
        var floor = offset
        return words.compactMap { word in
            guard !word.text.isEmpty else { return nil }
            let start = min(max(finite(word.start) + offset, floor), limit)
            let end = min(max(finite(word.end) + offset, start), limit)
            floor = start
            let confidence = word.confidence.map { min(max(finite($0), 0), 1) }
            return Word(
                span: TimeSpan(start: milliseconds(start), end: milliseconds(end)), text: word.text,
                confidence: confidence, speaker: word.speaker.map { SpeakerTurn.name(min(max($0, 0), 99)) })
        }
    }

    /// Spreads the words over the chunk's speech in proportion to their length; silences inside stay free.
    private static func estimated(_ text: String, in chunk: Chunk) -> [Word] {
        let words = split(text)
        let total = words.reduce(0) { $0 + $1.count + 1 }
        guard total > 0 else { return [] }
        let speech = chunk.speech.isEmpty ? [chunk.range] : chunk.speech
        let samples = speech.reduce(0) { $0 + $1.count }
        var said = 0
        return words.map { word in
            let start = position(samples * said / total, in: speech)
            said += word.count + 1
            let end = position(samples * said / total, in: speech)
            return Word(
                span: TimeSpan(
                    start: milliseconds(PCMFormat.seconds(start)), end: milliseconds(PCMFormat.seconds(end))),
                text: word, isEstimated: true)
        }
    }

    /// The sample that lies `spoken` samples of speech after the first.
    private static func position(_ spoken: Int, in speech: [Range<Int>]) -> Int {
        var rest = spoken
        for span in speech {
            if rest <= span.count { return span.lowerBound + rest }
            rest -= span.count
        }
        return speech[speech.count - 1].upperBound
    }

    /// Words by white space; single characters in scripts that have none.
    static func split(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).flatMap { word -> [String] in
            guard word.unicodeScalars.contains(where: Script.isUnspaced) else { return [String(word)] }
            var parts: [String] = []
            var latin = ""
            for character in word {
                if character.unicodeScalars.first.map(Script.isUnspaced) ?? false {
                    if !latin.isEmpty { parts.append(latin) }
                    latin = ""
                    parts.append(String(character))
                } else {
                    latin.append(character)
                }
            }
            return latin.isEmpty ? parts : parts + [latin]
        }
    }

    private static func finite(_ value: Double) -> Double { value.isFinite ? value : 0 }

    private static func milliseconds(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
}
