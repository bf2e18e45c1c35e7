/// The port to voice activity detection.
public protocol SpeechDetector: Sendable {
    /// Where speech is in one channel's samples `range`: ascending, not touching, inside the range, none longer than
    /// `SpeechSpans.longest`. No padding is added. Throws `EngineError`.
    func detectSpeech(in pcm: any PCM, range: Range<Int>) async throws -> [Range<Int>]
}
