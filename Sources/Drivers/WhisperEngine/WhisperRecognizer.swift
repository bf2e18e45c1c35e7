import CSpeechKernels
import Glibc
import SpeechKernels
public import Transcription

/// A Whisper model in a ggml file, run by this program's own kernels.
public final class WhisperRecognizer: SpeechEngine {
    public let capabilities: RecognizerCapabilities
    public let stopsInsideChunk = true

    private let mel: LogMel
    private let encoder: Encoder
    private let crossing: CrossAttention
    private let window: WindowDecoder
    private let pool: WorkerPool

    /// Loads a model.
    /// - Parameters:
    ///   - path: a ggml file of whisper.cpp: f32, f16, q8_0, q5_0 or q5_1.
    ///   - languages: that the model is offered for; empty for all it knows.
    ///   - threads: that work, the caller's included.
    public convenience init(path: String, name: String, languages: [String], threads: Int) throws(EngineError) {
        try self.init(path: path, name: name, languages: languages, threads: threads, kernels: .best)
    }

    init(path: String, name: String, languages: [String], threads: Int, kernels: Kernels) throws(EngineError) {
        let file = try GGMLFile(path: path)
        let special = SpecialTokens(vocabulary: file.shape.vocabulary)
        let vocabulary = Vocabulary(file.vocabulary)
        let network = try WhisperNetwork(file, kernels)
        pool = try WorkerPool(threads: threads)
        mel = LogMel(kernels, pool, filters: file.filters, mels: file.shape.mels)
        encoder = Encoder(network, pool)
        crossing = CrossAttention(network, pool)
        window = WindowDecoder(
            network: network, special: special, vocabulary: vocabulary,
            suppressed: special.unspoken + SilentTokens.tokens(vocabulary),
            decoder: Decoder(network, pool, crossing), scratch: AlignedBuffer(file.shape.vocabulary))
        let known = special.isMultilingual ? special.languages : ["en"]
        let offered = languages.filter(known.contains)
        capabilities = RecognizerCapabilities(
            engine: "whisper", model: name, languages: offered.isEmpty ? known : offered,
            detectsLanguage: special.isMultilingual, takesPrompt: true, givesWordTimes: true)
    }

    public func recognise(
        _ samples: [Int16], _ options: RecognitionOptions, isCancelled: () -> Bool
    ) throws(EngineError) -> Recognition {
        if let language = options.language, !capabilities.languages.contains(language) {
            throw EngineError(
                .unknownLanguage, "The model “\(capabilities.model)” does not know the language “\(language)”.")
        }
        guard samples.count <= Self.longestInput else {
            throw EngineError(.failed, "A part is longer than the 30 s that Whisper hears at once.")
        }
        guard samples.count >= Self.shortestInput else { return Recognition(text: "") }
        mel.compute(samples, into: encoder.input)
        try encoder.run(into: crossing, isCancelled: isCancelled)
        guard let language = options.language ?? window.detectLanguage() else {
            throw EngineError(.failed, "The model gives numbers that are none: its file may be damaged.")
        }
        let attempt = try window.decode(
            language: language, prompt: options.prompt,
            temperatures: options.isSecondLook ? Self.secondTemperatures : Self.temperatures,
            isCancelled: isCancelled)
        let words = window.words(attempt, language: language, frames: samples.count / Self.samplesPerFrame, pool)
        let length = PCMFormat.seconds(samples.count)
        return Recognition(
            text: attempt.text.split(whereSeparator: \.isWhitespace).joined(separator: " "),
            words: words.map { $0.clamped(to: length) }, language: options.language == nil ? language : nil)
    }

    private static let shortestInput = PCMFormat.sample(at: 0.025)
    private static let longestInput = PCMFormat.sample(at: 30)
    private static let samplesPerFrame = 320
    private static let temperatures: [Float] = [0, 0.2, 0.4, 0.6, 0.8, 1]
    /// A second look begins where chance can leave a loop.
    private static let secondTemperatures: [Float] = [0.4, 0.6, 0.8, 1]
}

extension Recognition.Word {
    fileprivate func clamped(to length: Double) -> Recognition.Word {
        var word = self
        word.start = min(max(start, 0), length)
        word.end = min(max(end, word.start), length)
        return word
    }
}
