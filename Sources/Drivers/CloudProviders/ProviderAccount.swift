public import CloudRouting
public import Settings
public import Transcription

/// A provider with a key, a model and where it is reached.
public struct ProviderAccount: Sendable, Hashable {
    public enum Service: String, Sendable, Hashable, CaseIterable {
        case groq, deepgram
        /// OpenAI itself, and every server that speaks its dialect: speaches, vLLM, whisper.cpp's server, Stentor.
        case openai
    }

    public var service: Service
    /// `nil` for a server that wants none.
    public var key: Secret?
    /// Without a slash at its end.
    public var baseURL: String
    public var model: String

    /// - Parameter baseURL: `nil` for the service's own.
    public init(_ service: Service, key: Secret?, model: String? = nil, baseURL: String? = nil) {
        self.service = service
        self.key = key
        self.model = model ?? Self.defaultModel(service)
        var url = baseURL ?? Self.defaultURL(service)
        while url.hasSuffix("/") { url.removeLast() }
        self.baseURL = url
    }

    /// The same account with the model that a request names.
    func with(_ options: RecognitionOptions) -> ProviderAccount {
        var copy = self
        copy.model = options.models[service.rawValue] ?? model
        return copy
    }

    static func defaultModel(_ service: Service) -> String {
        switch service {
        case .groq: "whisper-large-v3"
        case .deepgram: "nova-3"
        case .openai: "whisper-1"
        }
    }

    static func defaultURL(_ service: Service) -> String {
        switch service {
        case .groq: "https://api.groq.com/openai/v1"
        case .deepgram: "https://api.deepgram.com"
        case .openai: "https://api.openai.com/v1"
        }
    }

    /// Whether this is OpenAI itself, with its prices, and not another server of the dialect.
    private var isOpenAI: Bool { service == .openai && baseURL == Self.defaultURL(.openai) }

    // MARK: - What it can do

    /// What the service declares of this model (console.groq.com/docs/speech-to-text, developers.deepgram.com/docs,
    /// platform.openai.com/docs/guides/speech-to-text).
    public var capabilities: RecognizerCapabilities {
        switch service {
        case .groq:
            RecognizerCapabilities(
                engine: "groq", model: model, languages: ProviderLanguages.whisper, detectsLanguage: true,
                takesPrompt: true, concurrency: limits.concurrency,
                input: .encoded(EncodedInput(formats: [.opus, .flac], maximumBytes: 25_000_000)), promptTokens: 224,
                // The turbo model was trained without it.
                price: groqPrice, translates: !model.hasSuffix("turbo"))
        case .openai:
            RecognizerCapabilities(
                engine: "openai", model: model, languages: isOpenAI ? ProviderLanguages.whisper : [],
                detectsLanguage: true, takesPrompt: true, givesWordTimes: !model.hasPrefix("gpt-"),
                concurrency: limits.concurrency,
                input: .encoded(
                    EncodedInput(
                        formats: [.opus, .mp3], maximumBytes: 25_000_000,
                        // The gpt models refuse more than 1400 s.
                        maximumSeconds: model.hasPrefix("gpt-") ? 1_400 : .infinity)), promptTokens: 224,
                price: isOpenAI ? Price(perHour: model.contains("mini") ? 0.18 : 0.36) : nil,
                translates: !model.hasPrefix("gpt-"))
        case .deepgram:
            RecognizerCapabilities(
                engine: "deepgram", model: model, languages: ProviderLanguages.deepgram(model), detectsLanguage: true,
                takesPrompt: model.hasPrefix("nova-3"), concurrency: limits.concurrency,
                input: .encoded(EncodedInput(formats: [.opus, .flac], maximumBytes: 2_000_000_000)),
                givesSpeakers: true, promptTokens: 500, price: deepgramPrice)
        }
    }

    private var groqPrice: Price { Price(perHour: model.hasSuffix("turbo") ? 0.04 : 0.111, minimumSeconds: 10) }
    private var deepgramPrice: Price { Price(perHour: model.hasPrefix("whisper") ? 0.288 : 0.258) }

    /// What a key may do when nobody says otherwise: Groq's free tier, and part of Deepgram's and OpenAI's.
    public var limits: RateLedger.Limits {
        switch service {
        case .groq:
            RateLedger.Limits(
                requestsPerMinute: 20, requestsPerDay: 2_000, audioSecondsPerHour: 7_200, audioSecondsPerDay: 28_800,
                concurrency: 4)
        case .deepgram: RateLedger.Limits(concurrency: model.hasPrefix("whisper") ? 5 : 20)
        case .openai: RateLedger.Limits(concurrency: isOpenAI ? 5 : 2)
        }
    }
}
