internal import Glibc
internal import SpeechKernels
public import Transcription

/// The encoder as a file that is opened before its process is confined, and loaded when a voice is first listened to:
/// most transcriptions never ask who speaks, and a damaged file must cost none of them more than its speakers.
public final class VoiceEncoderFile: VoiceEngine {
    /// Of the flat file, in the engines' folder.
    public static let fileName = "ge2e.weights"

    private let file: CInt
    private var encoder: VoiceEncoder?

    /// `nil` where there is no such file.
    public init?(path: String) {
        file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0 { return nil }
    }

    deinit {
        if file >= 0 { close(file) }
    }

    public func embed(
        _ samples: [Int16], windows: [Int], isCancelled: () -> Bool
    ) throws(EngineError) -> [[Float]] {
        try loaded().embed(samples, windows: windows, isCancelled: isCancelled)
    }

    private func loaded() throws(EngineError) -> VoiceEncoder {
        if let encoder { return encoder }
        let fresh = VoiceEncoder(try VoiceWeights(file: file), .best)
        encoder = fresh
        return fresh
    }
}
