/// The port inside an engine's own process to voices: what tells one speaker's sound from another's.
public protocol VoiceEngine: AnyObject {
    /// One vector of length 1 for each window of `VoiceWindow.length` samples; windows may overlap.
    /// - Parameters:
    ///   - samples: a part of the audio; what windows need beyond it is silence.
    ///   - windows: where each begins in `samples`, ascending.
    func embed(_ samples: [Int16], windows: [Int], isCancelled: () -> Bool) throws(EngineError) -> [[Float]]
}

/// The stretch of sound that one vector stands for.
public enum VoiceWindow {
    /// Samples: 1.6 s, the length the encoder was trained with (Wan et al. 2018, arXiv:1710.10467).
    public static let length = PCMFormat.sample(at: 1.6)
    /// Samples between two windows of one stretch of speech, at most.
    public static let step = PCMFormat.sample(at: 0.25)
    /// Windows of one request: their vectors fit into one packet.
    public static let mostAtOnce = 160
    /// Samples that one request may span.
    public static let longestStretch = PCMFormat.sample(at: 90)
}
