/// The port inside an engine's own process: one loaded model, used by one thread at a time, blocking while it works.
/// `Recognizer` is its counterpart on the side that plans.
public protocol SpeechEngine: AnyObject {
    var capabilities: RecognizerCapabilities { get }
    /// `false` when only ending the process stops a chunk that has begun.
    var stopsInsideChunk: Bool { get }
    /// Recognises mono samples of at most 30 s. `isCancelled` is asked between steps; when it says yes the engine
    /// throws `EngineError.cancelled`.
    func recognise(
        _ samples: [Int16], _ options: RecognitionOptions, isCancelled: () -> Bool
    ) throws(EngineError) -> Recognition
}

/// The port inside an engine's own process for voice activity; the rules of `SpeechDetector` hold.
public protocol VoiceActivityEngine: AnyObject {
    /// Spans in samples from the start of `samples`.
    func detectSpeech(_ samples: [Int16]) throws(EngineError) -> [Range<Int>]
}
