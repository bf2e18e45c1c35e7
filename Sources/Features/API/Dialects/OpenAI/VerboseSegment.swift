import Glibc
import Transcripts

/// A segment with every key that clients of Whisper's own output demand.
struct VerboseSegment: Encodable {
    let id: Int
    let seek = 0
    let start: Double
    let end: Double
    /// With its leading space, as Whisper writes it.
    let text: String
    let tokens: [Int] = []
    let temperature = 0.0
    let avg_logprob: Double
    let compression_ratio: Double
    let no_speech_prob = 0.0
    let words: [VerboseWord]?

    /// What readers of `compression_ratio` take for a decoder in a loop begins at 2.4.
    private static let looped = 3.0

    init(_ number: Int, _ segment: Segment, includesWords: Bool = false) {
        id = number
        start = TranscriptBody.rounded(segment.span.start)
        end = TranscriptBody.rounded(segment.span.end)
        text = " " + segment.text
        avg_logprob = segment.confidence.map(LogProbability.of) ?? 0
        compression_ratio = segment.flags.contains(.repetition) ? Self.looped : 1
        words = includesWords ? segment.words.map(VerboseWord.init) : nil
    }
}

struct VerboseWord: Encodable {
    let word: String
    let start: Double
    let end: Double

    init(_ word: Word) {
        self.word = word.text
        start = TranscriptBody.rounded(word.span.start)
        end = TranscriptBody.rounded(word.span.end)
    }
}

/// The logarithm of a probability, kept finite: JSON has no infinity.
enum LogProbability {
    static func of(_ confidence: Double) -> Double { TranscriptBody.rounded(log(max(confidence, 1e-6))) }
}
