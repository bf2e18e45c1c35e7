import CZlib

/// What one run of the decoder said, with what tells whether to believe it.
struct Attempt {
    /// Text tokens, without the end.
    var tokens: [Int] = []
    /// Of each token, and of the end when it was said.
    var logProbabilities: [Float] = []
    var text = ""

    /// The limits of openai-whisper (transcribe.py).
    private static let highestCompression = 2.4
    private static let lowestLogProbability = -1.0
    private static let highestNoSpeech: Float = 0.6

    /// Per token, the end included whether it was said or not.
    var averageLogProbability: Double {
        Double(logProbabilities.reduce(0, +)) / Double(tokens.count + 1)
    }

    /// Bytes of the text against what zlib makes of them: a decoder that repeats itself compresses well.
    var compressionRatio: Double {
        let bytes = Array(text.utf8)
        var length = compressBound(uLong(bytes.count))
        var packed = [UInt8](repeating: 0, count: Int(length))
        // With room by `compressBound` only memory can lack, which says nothing about the text.
        guard compress(&packed, &length, bytes, uLong(bytes.count)) == Z_OK, length > 0 else { return 0 }
        return Double(bytes.count) / Double(length)
    }

    private var isUnlikely: Bool { averageLogProbability < Self.lowestLogProbability }

    /// Nobody spoke: the decoder hears no speech and does not believe its own words.
    func isSilence(noSpeech: Float) -> Bool { noSpeech > Self.highestNoSpeech && isUnlikely }

    private var repeatsItself: Bool { compressionRatio > Self.highestCompression }

    /// The last one when it is believed, which is why no other followed; otherwise the likeliest.
    static func best(_ attempts: [Attempt]) -> Attempt {
        if let last = attempts.last, !last.isUnlikely, !last.repeatsItself { return last }
        let varied = attempts.filter { !$0.repeatsItself }
        return (varied.isEmpty ? attempts : varied).max { $0.averageLogProbability < $1.averageLogProbability }
            ?? Attempt()
    }

    /// Whether another temperature should be tried.
    func isDoubtful(noSpeech: Float) -> Bool {
        if repeatsItself { return true }
        return isUnlikely && !isSilence(noSpeech: noSpeech)
    }
}
