public import Transcription

/// Which engine a host loads, and from where. Every file was verified before this is sent.
public struct EngineSetup: Codable, Sendable, Hashable {
    /// `sherpa` or `sphinx`; `nil` loads speech detection alone.
    public var engine: String?
    /// The model's name, for people.
    public var model: String
    /// The kind of model, as the model library names it.
    public var kind: String
    /// Files by their role in the model (`encoder`, `tokens` …).
    public var files: [String: String]
    public var languages: [String]
    /// The folder with the engine library and the speech detector's model.
    public var engineFolder: String
    public var threads: Int
    /// Address space in bytes that the process may use.
    public var memoryLimit: Int
    /// Where it computes; `nil` is the processor.
    public var device: ComputeDevice?
    /// Tells speakers apart with the files `segmentation` and `embedding`.
    public var speakerModels: SpeakerModels?

    public init(
        engine: String?, model: String, kind: String = "", files: [String: String] = [:], languages: [String] = [],
        engineFolder: String, threads: Int, memoryLimit: Int
    ) {
        self.engine = engine
        self.model = model
        self.kind = kind
        self.files = files
        self.languages = languages
        self.engineFolder = engineFolder
        self.threads = threads
        self.memoryLimit = memoryLimit
    }
}

/// What the server tells an engine host. A request names its audio by the descriptor that travels with it.
public enum EngineRequest: Codable, Sendable {
    case load(EngineSetup)
    /// One channel of mono PCM; `range` in samples.
    case detectSpeech(id: Int, range: Range<Int>)
    case recognise(id: Int, range: Range<Int>, RecognitionOptions)
    /// Listens to voices: windows of `VoiceWindow.length` samples, where each begins.
    case embedVoices(id: Int, windows: [Int])
    /// Tells the speakers of the first `samples` apart, with the models of the setup.
    case diarize(id: Int, samples: Int, SpeakerWish)
    /// Obeyed between steps; the request still gets an answer.
    case cancel(id: Int)
}

public enum EngineReply: Codable, Sendable {
    /// The model is loaded and the process confined.
    case ready(RecognizerCapabilities?, stopsInsideChunk: Bool)
    case unusable(EngineError)
    case speech(id: Int, [Range<Int>])
    case recognised(id: Int, Recognition)
    case voices(id: Int, VoicePrints)
    /// So much of the work is done; more follows.
    case working(id: Int, Double)
    /// Some of the turns; the last packet says so.
    case turns(id: Int, [SpeakerTurn], isLast: Bool)
    case failed(id: Int, EngineError)
}
