public import Jobs
public import Transcription

/// The port to the engines of this installation.
public protocol EngineDirectory: Sendable {
    /// Decides, at admission, which engine and model a request uses. Throws a `JobFailure` with a sentence that says
    /// what to do.
    func choose(_ wish: EngineWish) async throws(JobFailure) -> EngineAssignment
    /// Everything one execution needs to work. The engine's hosts are shared; `turn` says whose turn a piece is.
    func workplace(
        _ assignment: EngineAssignment, turn: @escaping @Sendable () -> WorkTurn
    ) async throws -> Workplace
}

/// What a request says about the engine.
public struct EngineWish: Sendable, Hashable {
    /// `auto`, or engines in order of preference.
    public var providers: [String]
    public var model: String?
    /// BCP 47.
    public var language: String?
    public var task: TranscriptionOrder.Task

    public init(
        providers: [String], model: String? = nil, language: String? = nil, task: TranscriptionOrder.Task = .transcribe
    ) {
        self.providers = providers
        self.model = model
        self.language = language
        self.task = task
    }
}

public struct EngineAssignment: Sendable, Hashable {
    public var engine: String
    public var model: String
    /// Sentences for the result.
    public var warnings: [String]
    /// What tells speakers apart, where models for it are installed.
    public var speakerModels: SpeakerModels?

    public init(
        engine: String, model: String, warnings: [String] = [], speakerModels: SpeakerModels? = nil
    ) {
        self.speakerModels = speakerModels
        self.engine = engine
        self.model = model
        self.warnings = warnings
    }
}

public struct Workplace: Sendable {
    public var detector: any SpeechDetector
    public var recognizer: any Recognizer
    /// Tells speakers apart where the recogniser does not.
    public var diarizer: (any Diarizer)?
    /// Listens to voices.
    public var voices: (any VoiceEmbedder)?
    /// What turned out during the work, as sentences for the result.
    public var warnings: @Sendable () -> [String]

    public init(
        detector: any SpeechDetector, recognizer: any Recognizer, diarizer: (any Diarizer)? = nil,
        voices: (any VoiceEmbedder)? = nil,
        warnings: @escaping @Sendable () -> [String] = { [] }
    ) {
        self.diarizer = diarizer
        self.voices = voices
        self.detector = detector
        self.recognizer = recognizer
        self.warnings = warnings
    }
}

/// A name with a clip of the voice.
public struct SpeakerReference: Sendable, Hashable {
    public var name: String
    /// Media in whatever form.
    public var clip: [UInt8]

    public init(name: String, clip: [UInt8]) {
        self.name = name
        self.clip = clip
    }
}

/// The port to voices that requests bring along.
public protocol SpeakerReferences: Sendable {
    /// Listens to the clips, and remembers the voices in memory for the work that names them. Throws a `JobFailure`
    /// with the code `bad_reference` for a clip that is too short, too long or silent, or the voice of two people.
    func learn(_ references: [SpeakerReference]) async throws(JobFailure) -> KnownSpeakers
}

/// The port to media on the web.
public protocol MediaFetcher: Sendable {
    /// Fetches an address into `intake`, which may be read meanwhile; does not complete it. Throws a `JobFailure`.
    func fetch(_ address: String, into intake: any MediaIntake) async throws
    /// Refuses addresses that could never be fetched, with a sentence.
    func check(_ address: String) throws(JobFailure)
}
