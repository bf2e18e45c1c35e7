/// What a model is for, and so which files it is made of.
public enum ModelKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Speech recognition by an encoder, a decoder and a joiner: Parakeet, Zipformer.
    case transducer
    /// Whisper in one file in the ggml form.
    case whisperGGML = "whisper-ggml"
    /// Whisper as ONNX encoder and decoder.
    case whisperONNX = "whisper-onnx"
    case senseVoice = "sense-voice"
    case moonshine
    /// Finds who speaks in a window; half of telling speakers apart.
    case segmentation
    /// Turns a voice into a vector; the other half.
    case speakerEmbedding = "speaker-embedding"
    /// Voice activity detection.
    case voiceActivity = "vad"

    /// Whether the model turns speech into text.
    public var recognisesSpeech: Bool {
        switch self {
        case .transducer, .whisperGGML, .whisperONNX, .senseVoice, .moonshine: true
        case .segmentation, .speakerEmbedding, .voiceActivity: false
        }
    }

    /// The files without which the model cannot be loaded.
    public var roles: [FileRole] {
        switch self {
        case .transducer: [.encoder, .decoder, .joiner, .tokens]
        case .whisperONNX: [.encoder, .decoder, .tokens]
        case .senseVoice: [.model, .tokens]
        case .moonshine: [.preprocessor, .encoder, .uncachedDecoder, .cachedDecoder, .tokens]
        case .whisperGGML, .segmentation, .speakerEmbedding, .voiceActivity: [.model]
        }
    }
}

/// What a file is to its model.
public enum FileRole: String, Sendable, Hashable, Codable, CaseIterable {
    case encoder, decoder, joiner, tokens, model, preprocessor
    case uncachedDecoder = "uncached_decoder"
    case cachedDecoder = "cached_decoder"
}
