/// The port to speech recognition: an engine in a child process, or a provider on the network.
public protocol Recognizer: Sendable {
    var capabilities: RecognizerCapabilities { get }
    /// Recognises one chunk. Throws `EngineError`; cancelling the task stops the work.
    func recognise(_ range: Range<Int>, of pcm: any PCM, _ options: RecognitionOptions) async throws -> Recognition
}

public struct RecognizerCapabilities: Sendable, Hashable, Codable {
    /// As in `TRANSCRIPTION_PROVIDER`.
    public var engine: String
    public var model: String
    /// BCP 47 codes; empty when the engine takes any.
    public var languages: [String]
    /// The language is recognised when none is given.
    public var detectsLanguage: Bool
    /// A prompt changes what is recognised.
    public var takesPrompt: Bool
    /// Words come with the engine's own times.
    public var givesWordTimes: Bool
    /// Chunks it works on side by side.
    public var concurrency: Int
    /// What a user of this engine must know, as sentences.
    public var warnings: [String]

    public init(
        engine: String, model: String, languages: [String] = [], detectsLanguage: Bool = false,
        takesPrompt: Bool = false, givesWordTimes: Bool = true, concurrency: Int = 1, warnings: [String] = []
    ) {
        self.engine = engine
        self.model = model
        self.languages = languages
        self.detectsLanguage = detectsLanguage
        self.takesPrompt = takesPrompt
        self.givesWordTimes = givesWordTimes
        self.concurrency = concurrency
        self.warnings = warnings
    }
}

public struct RecognitionOptions: Sendable, Hashable, Codable {
    /// BCP 47; `nil` asks the engine to find out.
    public var language: String?
    public var prompt: String?
    /// Asks for other search settings, because the first result was implausible.
    public var isSecondLook: Bool

    public init(language: String? = nil, prompt: String? = nil, isSecondLook: Bool = false) {
        self.language = language
        self.prompt = prompt
        self.isSecondLook = isSecondLook
    }
}

/// What an engine heard in one chunk.
public struct Recognition: Sendable, Hashable, Codable {
    public struct Word: Sendable, Hashable, Codable {
        public var text: String
        /// Seconds from the chunk's start.
        public var start: Double
        public var end: Double
        /// 0…1.
        public var confidence: Double?

        public init(text: String, start: Double, end: Double, confidence: Double? = nil) {
            self.text = text
            self.start = start
            self.end = end
            self.confidence = confidence
        }
    }

    public var text: String
    /// Empty when the engine has no times; the words are then placed by their length.
    public var words: [Word]
    /// BCP 47, when the engine found it.
    public var language: String?

    public init(text: String, words: [Word] = [], language: String? = nil) {
        self.text = text
        self.words = words
        self.language = language
    }
}

/// Why an engine gave no result.
public struct EngineError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable, Codable, CaseIterable {
        /// The engine's process ended, or had to be ended, inside this request.
        case crashed, timedOut
        /// This chunk cannot be recognised; others may be.
        case failed
        /// No chunk can: the model or library is missing, broken or of another version.
        case unusable
        case unknownLanguage, cancelled
    }

    public var code: Code
    public var description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Whether another try of the same chunk may succeed.
    public var costsOnlyThisTry: Bool { code == .crashed || code == .timedOut }
}
