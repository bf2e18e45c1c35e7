import CSherpa
public import Transcription

/// One model of sherpa-onnx, loaded. A wrong file or an unknown language makes the library end its process: files are
/// verified before, languages here, and the process is a disposable one.
public final class SherpaRecognizer: SpeechEngine {
    public let capabilities: RecognizerCapabilities
    public let stopsInsideChunk = false

    private let model: SherpaModel
    private let functions: SherpaFunctions
    private let recognizer: SherpaFunctions.Recognizer

    /// - Parameter files: paths by role, see `SherpaModel.roles`.
    public init(
        _ library: SherpaLibrary, _ model: SherpaModel, name: String, files: [String: String], languages: [String],
        threads: Int, device: ComputeDevice = .cpu
    ) throws(EngineError) {
        self.model = model
        functions = library.functions
        let strings = CStringArena()
        var config = SherpaOnnxOfflineRecognizerConfig()
        config.feat_config.sample_rate = Int32(PCMFormat.sampleRate)
        config.feat_config.feature_dim = 80
        config.model_config.num_threads = Int32(threads)
        config.model_config.provider = strings.pointer(device.rawValue)
        config.decoding_method = strings.pointer("greedy_search")
        try model.configure(&config.model_config, files: files, strings: strings)
        let created = withExtendedLifetime(strings) { library.functions.createRecognizer(&config) }
        guard let created else {
            throw EngineError(.unusable, "The model “\(name)” cannot be loaded: pull or import it again.")
        }
        recognizer = created
        capabilities = RecognizerCapabilities(
            engine: "sherpa", model: name, languages: languages.isEmpty ? model.usualLanguages : languages,
            detectsLanguage: model.detectsLanguage,
            takesPrompt: false, givesWordTimes: model == .transducer || model == .senseVoice)
    }

    deinit {
        functions.destroyRecognizer(recognizer)
    }

    public func recognise(
        _ samples: [Int16], _ options: RecognitionOptions, isCancelled: () -> Bool
    ) throws(EngineError) -> Recognition {
        if let language = options.language, !capabilities.languages.contains(language) {
            throw EngineError(
                .unknownLanguage, "The model “\(capabilities.model)” does not know the language “\(language)”.")
        }
        // Less than one frame of features is nothing to recognise.
        guard samples.count >= Self.shortestInput else { return Recognition(text: "") }
        guard let stream = functions.createStream(recognizer) else {
            throw EngineError(.failed, "The engine could not begin a part.")
        }
        defer { functions.destroyStream(stream) }
        if let language = options.language, model == .whisper || model == .senseVoice {
            functions.setOption(stream, "language", language)
        }
        let lead = options.isSecondLook ? Self.secondLookLead : 0
        let floats = [Float](repeating: 0, count: lead) + samples.map { Float($0) / 32768 }
        functions.accept(stream, Int32(PCMFormat.sampleRate), floats, Int32(floats.count))
        functions.decode(recognizer, stream)
        guard let result = functions.result(stream) else {
            throw EngineError(.failed, "The engine gave no result for this part.")
        }
        defer { functions.destroyResult(result) }
        let length = PCMFormat.seconds(samples.count)
        return SherpaResult(result.pointee).recognition(length: length, lead: PCMFormat.seconds(lead))
    }

    private static let shortestInput = PCMFormat.sample(at: 0.025)

    /// Silence before the audio, in samples: another place in the model's window is what greedy decoding has for another
    /// setting, and it is usually enough to leave a loop.
    private static let secondLookLead = PCMFormat.sample(at: 0.4)
}
