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
    /// Tells speakers apart by itself.
    public var givesSpeakers: Bool
    /// Gives English text of speech in other languages.
    public var translates: Bool
    /// The longest prompt in tokens; `nil` sets no limit.
    public var promptTokens: Int?
    public var input: RecognizerInput
    /// What its work costs; `nil` when nobody asks for money.
    public var price: Price?
    /// Chunks it works on side by side.
    public var concurrency: Int
    /// What a user of this engine must know, as sentences.
    public var warnings: [String]

    public init(
        engine: String, model: String, languages: [String] = [], detectsLanguage: Bool = false,
        takesPrompt: Bool = false, givesWordTimes: Bool = true, concurrency: Int = 1, warnings: [String] = [],
        input: RecognizerInput = .pcm, givesSpeakers: Bool = false, promptTokens: Int? = nil, price: Price? = nil,
        translates: Bool = false
    ) {
        self.engine = engine
        self.model = model
        self.languages = languages
        self.detectsLanguage = detectsLanguage
        self.takesPrompt = takesPrompt
        self.givesWordTimes = givesWordTimes
        self.concurrency = concurrency
        self.warnings = warnings
        self.input = input
        self.givesSpeakers = givesSpeakers
        self.promptTokens = promptTokens
        self.price = price
        self.translates = translates
    }
}

public struct RecognitionOptions: Sendable, Hashable, Codable {
    /// BCP 47; `nil` asks the engine to find out.
    public var language: String?
    public var prompt: String?
    /// Asks for other search settings, because the first result was implausible.
    public var isSecondLook: Bool
    /// Asks for English text of speech in another language, where the engine can.
    public var translates: Bool
    /// Names and words to listen for, for engines that take them one by one.
    public var keyterms: [String]
    /// Asks who says each word, where the engine can.
    public var separatesSpeakers: Bool
    /// Bytes of the medium, as far as they are known: audio of large ones is compressed more.
    public var sourceBytes: Int64
    /// Models other than the configured ones, by engine: a user's own choice.
    public var models: [String: String]

    public init(
        language: String? = nil, prompt: String? = nil, isSecondLook: Bool = false, translates: Bool = false,
        keyterms: [String] = [], separatesSpeakers: Bool = false, sourceBytes: Int64 = 0, models: [String: String] = [:]
    ) {
        self.language = language
        self.prompt = prompt
        self.isSecondLook = isSecondLook
        self.translates = translates
        self.keyterms = keyterms
        self.separatesSpeakers = separatesSpeakers
        self.sourceBytes = sourceBytes
        self.models = models
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
        /// Counted from 0 within one recognition; the same number elsewhere may be somebody else.
        public var speaker: Int?

        public init(text: String, start: Double, end: Double, confidence: Double? = nil, speaker: Int? = nil) {
            self.text = text
            self.start = start
            self.end = end
            self.confidence = confidence
            self.speaker = speaker
        }
    }

    /// Who recognised a part of it, and for how much.
    public struct Source: Sendable, Hashable, Codable {
        /// Seconds from the chunk's start.
        public var start: Double
        public var end: Double
        public var engine: String
        public var model: String
        /// Seconds that were paid for, and US dollars; zero on this machine.
        public var billedSeconds: Double
        public var cost: Double

        public init(
            start: Double, end: Double, engine: String, model: String, billedSeconds: Double = 0, cost: Double = 0
        ) {
            self.start = start
            self.end = end
            self.engine = engine
            self.model = model
            self.billedSeconds = billedSeconds
            self.cost = cost
        }
    }

    public var text: String
    /// Empty when the engine has no times; the words are then placed by their length.
    public var words: [Word]
    /// BCP 47, when the engine found it.
    public var language: String?
    /// Empty when the recogniser that was asked did all of it by itself.
    public var sources: [Source]

    public init(text: String, words: [Word] = [], language: String? = nil, sources: [Source] = []) {
        self.text = text
        self.words = words
        self.language = language
        self.sources = sources
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

// Values that travel between processes or are kept: what an older writer did not know has its default.

extension RecognitionOptions {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            language: try values.decodeIfPresent(String.self, forKey: .language),
            prompt: try values.decodeIfPresent(String.self, forKey: .prompt),
            isSecondLook: try values.decodeIfPresent(Bool.self, forKey: .isSecondLook) ?? false,
            translates: try values.decodeIfPresent(Bool.self, forKey: .translates) ?? false,
            keyterms: try values.decodeIfPresent([String].self, forKey: .keyterms) ?? [],
            separatesSpeakers: try values.decodeIfPresent(Bool.self, forKey: .separatesSpeakers) ?? false,
            sourceBytes: try values.decodeIfPresent(Int64.self, forKey: .sourceBytes) ?? 0,
            models: try values.decodeIfPresent([String: String].self, forKey: .models) ?? [:])
    }
}

extension RecognizerCapabilities {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            engine: try values.decode(String.self, forKey: .engine),
            model: try values.decode(String.self, forKey: .model),
            languages: try values.decode([String].self, forKey: .languages),
            detectsLanguage: try values.decode(Bool.self, forKey: .detectsLanguage),
            takesPrompt: try values.decode(Bool.self, forKey: .takesPrompt),
            givesWordTimes: try values.decode(Bool.self, forKey: .givesWordTimes),
            concurrency: try values.decode(Int.self, forKey: .concurrency),
            warnings: try values.decode([String].self, forKey: .warnings),
            input: try values.decodeIfPresent(RecognizerInput.self, forKey: .input) ?? .pcm,
            givesSpeakers: try values.decodeIfPresent(Bool.self, forKey: .givesSpeakers) ?? false,
            promptTokens: try values.decodeIfPresent(Int.self, forKey: .promptTokens),
            price: try values.decodeIfPresent(Price.self, forKey: .price),
            translates: try values.decodeIfPresent(Bool.self, forKey: .translates) ?? false)
    }
}

extension Recognition {
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            text: try values.decode(String.self, forKey: .text), words: try values.decode([Word].self, forKey: .words),
            language: try values.decodeIfPresent(String.self, forKey: .language),
            sources: try values.decodeIfPresent([Source].self, forKey: .sources) ?? [])
    }
}
