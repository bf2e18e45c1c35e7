/// Why a provider gave no text: what its answer, or its silence, means. Made once, where the answer is read; holds no
/// word of the provider's own, because some repeat parts of the key.
public struct ProviderError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// 401, and Deepgram's 403: the key is wrong or may not do this.
        case keyRefused
        /// 402: the account has no money left.
        case paymentRequired
        /// 404, or 400 about the model.
        case unknownModel
        case unknownLanguage
        /// 400 and 415 about the audio itself.
        case unreadableAudio
        /// Any other 4xx: the request is at fault, and so is every repetition of it.
        case refused(status: Int)
        /// 413 about bytes: fewer bytes or a shorter part are needed.
        case tooManyBytes
        /// 413 about seconds: this request alone is longer than the quota; waiting never helps.
        case tooManySeconds(limit: Double?)
        /// 429.
        case rateLimited(RateWindow)
        /// 408 and Deepgram's SLOW_UPLOAD.
        case slowUpload
        /// No answer in time, also 504.
        case timedOut
        /// 5xx.
        case unavailable(status: Int)
        /// No connection, or one that broke.
        case connection
        /// 200 with something that is no transcript.
        case malformedAnswer
    }

    /// What a 429 says is used up.
    public enum RateWindow: String, Sendable, Hashable, Codable {
        case requestsPerMinute, requestsPerDay, audioSecondsPerHour, audioSecondsPerDay, concurrency, unknown
    }

    /// As in `TRANSCRIPTION_PROVIDER`.
    public let provider: String
    public let kind: Kind
    /// Seconds after which the provider says to come back.
    public let retryAfter: Double?
    /// The limit in the provider's own numbers, such as seconds of audio per hour.
    public let limit: Double?

    public init(_ provider: String, _ kind: Kind, retryAfter: Double? = nil, limit: Double? = nil) {
        self.provider = provider
        self.kind = kind
        // A header may say anything.
        self.retryAfter = retryAfter.flatMap { $0.isFinite && $0 >= 0 ? min($0, 7 * 86_400) : nil }
        self.limit = limit.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    }

    /// What is to be done about it.
    public enum Remedy: Sendable, Hashable {
        /// The same request may succeed after a pause.
        case retry
        /// It will succeed when the quota allows it.
        case wait
        /// Shorter parts will succeed.
        case split
        /// Nothing from this provider will succeed until somebody acts.
        case disable
        /// This request will not succeed there; others may.
        case elsewhere
    }

    public var remedy: Remedy {
        switch kind {
        case .keyRefused, .paymentRequired, .unknownModel: .disable
        case .unknownLanguage, .unreadableAudio, .refused: .elsewhere
        case .tooManyBytes, .tooManySeconds: .split
        case .rateLimited: .wait
        case .slowUpload, .timedOut, .unavailable, .connection, .malformedAnswer: .retry
        }
    }

    /// Whether the provider itself, and not this request, seems to be ill.
    public var isOutage: Bool { remedy == .retry }

    /// Whether the provider may have counted the request against its limits.
    public var mayHaveCounted: Bool {
        switch kind {
        case .timedOut, .unavailable, .connection, .malformedAnswer, .unreadableAudio: true
        default: false
        }
    }

    public var description: String {
        let name = ProviderNames.display(provider)
        return switch kind {
        case .keyRefused: "\(name) refused the key: check \(ProviderNames.keyVariable(provider))."
        case .paymentRequired: "\(name) wants to be paid: the account has no credit left."
        case .unknownModel: "\(name) does not know the model: check \(ProviderNames.modelVariable(provider))."
        case .unknownLanguage: "\(name) does not know the language."
        case .unreadableAudio: "\(name) could not read the audio."
        case .refused(let status): "\(name) refused the request (\(status))."
        case .tooManyBytes: "\(name) does not take so many bytes at once."
        case .tooManySeconds: "\(name) does not take so much audio at once."
        case .rateLimited(let window): "\(name)'s limit of \(Self.meaning(window)) is used up."
        case .slowUpload: "\(name) gave up on the upload because it was too slow."
        case .timedOut: "\(name) did not answer in time."
        case .unavailable(let status): "\(name) is out of order (\(status))."
        case .connection: "\(name) cannot be reached."
        case .malformedAnswer: "\(name) answered with something that is no transcript."
        }
    }

    static func meaning(_ window: RateWindow) -> String {
        switch window {
        case .requestsPerMinute: "requests per minute"
        case .requestsPerDay: "requests per day"
        case .audioSecondsPerHour: "audio per hour"
        case .audioSecondsPerDay: "audio per day"
        case .concurrency: "requests at once"
        case .unknown: "requests"
        }
    }
}

/// What providers and their settings are called.
public enum ProviderNames {
    public static func display(_ provider: String) -> String {
        switch provider {
        case "groq": "Groq"
        case "deepgram": "Deepgram"
        case "openai": "The OpenAI-compatible server"
        default: provider
        }
    }

    static func keyVariable(_ provider: String) -> String { "\(provider.uppercased())_API_KEY" }
    static func modelVariable(_ provider: String) -> String { "\(provider.uppercased())_MODEL" }
}
