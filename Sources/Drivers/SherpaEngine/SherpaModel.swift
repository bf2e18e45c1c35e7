import CSherpa
import Transcription

/// The kinds of models that sherpa-onnx runs here, and how each is described to it.
public enum SherpaModel: String, Sendable, CaseIterable {
    case whisper = "whisper-onnx"
    case transducer
    case senseVoice = "sense-voice"
    case moonshine

    /// Roles of the files that must be there.
    public var roles: [String] {
        switch self {
        case .whisper: ["encoder", "decoder", "tokens"]
        case .transducer: ["encoder", "decoder", "joiner", "tokens"]
        case .senseVoice: ["model", "tokens"]
        case .moonshine: ["preprocessor", "encoder", "uncached_decoder", "cached_decoder", "tokens"]
        }
    }

    /// What the model knows when nobody said.
    var usualLanguages: [String] {
        switch self {
        case .whisper: WhisperLanguages.codes
        case .senseVoice: ["zh", "en", "ja", "ko", "yue"]
        case .transducer, .moonshine: ["en"]
        }
    }

    /// Whisper finds the language by itself; Parakeet and SenseVoice never need one; Moonshine knows only its own.
    var detectsLanguage: Bool { self == .whisper || self == .senseVoice }

    func configure(
        _ config: inout SherpaOnnxOfflineModelConfig, files: [String: String], strings: CStringArena
    ) throws(EngineError) {
        func file(_ role: String) throws(EngineError) -> UnsafePointer<CChar>? {
            guard let path = files[role] else {
                throw EngineError(.unusable, "The model has no \(role) file: pull or import it again.")
            }
            return strings.pointer(path)
        }
        config.tokens = try file("tokens")
        switch self {
        case .whisper:
            config.whisper.encoder = try file("encoder")
            config.whisper.decoder = try file("decoder")
            config.whisper.task = strings.pointer("transcribe")
            config.whisper.language = strings.pointer("")
            config.whisper.tail_paddings = -1
        case .transducer:
            config.transducer.encoder = try file("encoder")
            config.transducer.decoder = try file("decoder")
            config.transducer.joiner = try file("joiner")
            config.model_type = strings.pointer("nemo_transducer")
        case .senseVoice:
            config.sense_voice.model = try file("model")
            config.sense_voice.language = strings.pointer("auto")
            config.sense_voice.use_itn = 1
        case .moonshine:
            config.moonshine.preprocessor = try file("preprocessor")
            config.moonshine.encoder = try file("encoder")
            config.moonshine.uncached_decoder = try file("uncached_decoder")
            config.moonshine.cached_decoder = try file("cached_decoder")
        }
    }
}
