import CSherpa
import Glibc
public import Transcription

/// Silero voice activity detection through sherpa-onnx.
public final class SileroDetector: VoiceActivityEngine {
    /// The model's name in the engine folder.
    public static let fileName = "silero_vad.onnx"

    /// Low, because a lost word costs more than a little silence: recall 0.93 at precision 0.956 on meeting speech.
    private static let threshold: Float = 0.2
    private static let shortestSpeech: Float = 0.1
    private static let shortestSilence: Float = 0.3
    /// From here on the model looks harder for a place to cut.
    private static let comfortableSpeech: Float = 20
    /// Samples in one step of the model at 16 kHz.
    private static let step = 512

    private let functions: SherpaFunctions
    private let detector: SherpaFunctions.Detector

    public init(_ library: SherpaLibrary, model: String) throws(EngineError) {
        guard access(model, R_OK) == 0 else {
            throw EngineError(.unusable, "The speech detector's model is not installed: run “make setup”.")
        }
        functions = library.functions
        let strings = CStringArena()
        var config = SherpaOnnxVadModelConfig()
        config.silero_vad.model = strings.pointer(model)
        config.silero_vad.threshold = Self.threshold
        config.silero_vad.min_silence_duration = Self.shortestSilence
        config.silero_vad.min_speech_duration = Self.shortestSpeech
        config.silero_vad.max_speech_duration = Self.comfortableSpeech
        config.silero_vad.window_size = Int32(Self.step)
        config.sample_rate = Int32(PCMFormat.sampleRate)
        config.num_threads = 1
        config.provider = strings.pointer("cpu")
        let created = withExtendedLifetime(strings) { library.functions.createDetector(&config, 120) }
        guard let created else { throw EngineError(.unusable, "The speech detector's model cannot be loaded.") }
        detector = created
    }

    deinit {
        functions.destroyDetector(detector)
    }

    public func detectSpeech(_ samples: [Int16]) throws(EngineError) -> [Range<Int>] {
        functions.reset(detector)
        let floats = samples.map { Float($0) / 32768 }
        var spans: [Range<Int>] = []
        floats.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            var position = 0
            while position < buffer.count {
                let count = min(Self.step, buffer.count - position)
                functions.listen(detector, base + position, Int32(count))
                position += count
                collect(into: &spans)
            }
            functions.flush(detector)
            collect(into: &spans)
        }
        return tidy(spans, samples)
    }

    private func collect(into spans: inout [Range<Int>]) {
        while functions.isEmpty(detector) == 0, let segment = functions.front(detector) {
            let start = Int(segment.pointee.start)
            spans.append(start..<start + max(0, Int(segment.pointee.n)))
            functions.destroySegment(segment)
            functions.pop(detector)
        }
    }

    /// Keeps the port's promises whatever the library returned: ascending, apart, inside, none too long.
    private func tidy(_ spans: [Range<Int>], _ samples: [Int16]) -> [Range<Int>] {
        var tidy: [Range<Int>] = []
        for span in spans {
            let floor = tidy.last.map { $0.upperBound } ?? 0
            let inside = span.clamped(to: floor..<max(floor, samples.count))
            guard !inside.isEmpty else { continue }
            tidy += SpeechSpans.split(inside) { SpeechSpans.meanSquare(samples[$0]) }
        }
        return tidy
    }
}
