public import Transcription

/// What is to be computed, apart from the media: everything here is part of the cache key, the output format is not.
public struct TranscriptionOrder: Sendable, Hashable, Codable {
    public enum Task: String, Sendable, Hashable, Codable, CaseIterable {
        case transcribe, translate
    }

    /// Changes when the same media and options would give another text: planning, placing of words, filters.
    public static let pipelineVersion = 2

    public var task: Task
    /// BCP 47; `nil` asks for detection.
    public var language: String?
    public var prompt: String?
    /// Names and words to listen for; `nil` where there are none.
    public var hotwords: [String]?
    /// Resolved at admission, never `auto`.
    public var engine: String
    public var model: String
    /// The audio track, counted from 1.
    public var track: Int?
    /// Seconds.
    public var from: Double?
    public var to: Double?
    /// Who speaks is asked for.
    public var speakers: SpeakerWish?
    public var version: Int
    /// Sentences that belong into the result: what was chosen for the user and why.
    public var warnings: [String]

    public init(
        task: Task = .transcribe, language: String? = nil, prompt: String? = nil, engine: String, model: String,
        track: Int? = nil, from: Double? = nil, to: Double? = nil, speakers: SpeakerWish? = nil,
        hotwords: [String]? = nil, version: Int = TranscriptionOrder.pipelineVersion, warnings: [String] = []
    ) {
        self.task = task
        self.language = language
        self.prompt = prompt
        self.hotwords = hotwords
        self.engine = engine
        self.model = model
        self.track = track
        self.from = from
        self.to = to
        self.speakers = speakers
        self.version = version
        self.warnings = warnings
    }
}
