/// What an operator sets about services on the network.
public struct ProviderSettings: Sendable, Hashable {
    /// One service's key, model and address; what is not set is the service's own.
    public struct Account: Sendable, Hashable {
        public var key: Secret?
        public var model: String?
        public var baseURL: String?

        public init(key: Secret? = nil, model: String? = nil, baseURL: String? = nil) {
            self.key = key
            self.model = model
            self.baseURL = baseURL
        }
    }

    /// `GROQ_API_KEY`, `GROQ_MODEL`, `GROQ_BASE_URL`.
    public var groq = Account()
    /// `DEEPGRAM_API_KEY`, `DEEPGRAM_MODEL`, `DEEPGRAM_BASE_URL`.
    public var deepgram = Account()
    /// `OPENAI_API_KEY`, `OPENAI_MODEL`, `OPENAI_BASE_URL`.
    public var openAI = Account()

    /// `AUDIO_TARGET_BITRATE`, bits per second.
    public var bitrate = 96_000
    /// `AUDIO_TARGET_SAMPLE_RATE`, hertz.
    public var sampleRate = 16_000
    /// `AUDIO_COMPRESSION_THRESHOLD_MB` in bytes.
    public var compressionThreshold: Int64 = 30_000_000
    /// `AUDIO_USE_STREAMING`: `false` waits for the whole medium before anything is done with it.
    public var streams = true
    /// `STENTOR_PROVIDER_DEADLINE`: seconds for one file, waiting for limits included.
    public var deadline = 6.0 * 3600
    /// `STENTOR_GROQ_SECONDS_PER_HOUR`, `STENTOR_GROQ_SECONDS_PER_DAY`, `STENTOR_GROQ_REQUESTS_PER_MINUTE`: what the
    /// key's plan allows; the free plan when not set.
    public var groqSecondsPerHour: Double?
    public var groqSecondsPerDay: Double?
    public var groqRequestsPerMinute: Int?
    /// `STENTOR_PROVIDER_CONCURRENCY`: requests to one service at once.
    public var concurrency: Int?
    /// `STENTOR_PROVIDER_PART_SECONDS`: how long a part of a long file is.
    public var partSeconds: Double?

    public init() {}

    init(_ reader: inout SettingsReader) {
        groq = Self.account("GROQ", &reader)
        deepgram = Self.account("DEEPGRAM", &reader)
        openAI = Self.account("OPENAI", &reader)
        bitrate = reader.bitrate("AUDIO_TARGET_BITRATE", in: 8_000...256_000) ?? bitrate
        sampleRate = reader.integer("AUDIO_TARGET_SAMPLE_RATE", in: 8_000...16_000) ?? sampleRate
        if ![8_000, 12_000, 16_000].contains(sampleRate) {
            reader.complain("AUDIO_TARGET_SAMPLE_RATE must be 8000, 12000 or 16000")
        }
        // Recognisers mix channels before they listen; a second one would be paid for and thrown away.
        _ = reader.integer("AUDIO_TARGET_CHANNELS", in: 1...1)
        compressionThreshold =
            reader.number("AUDIO_COMPRESSION_THRESHOLD_MB", in: 0...2_000).map { Int64($0 * 1e6) }
            ?? compressionThreshold
        deadline = reader.number("STENTOR_PROVIDER_DEADLINE", in: 1...604_800) ?? deadline
        groqSecondsPerHour = reader.number("STENTOR_GROQ_SECONDS_PER_HOUR", in: 10...10_000_000)
        groqSecondsPerDay = reader.number("STENTOR_GROQ_SECONDS_PER_DAY", in: 10...100_000_000)
        groqRequestsPerMinute = reader.integer("STENTOR_GROQ_REQUESTS_PER_MINUTE", in: 1...100_000)
        concurrency = reader.integer("STENTOR_PROVIDER_CONCURRENCY", in: 1...100)
        partSeconds = reader.number("STENTOR_PROVIDER_PART_SECONDS", in: 10...3_600)
    }

    private static func account(_ name: String, _ reader: inout SettingsReader) -> Account {
        Account(
            key: reader.text("\(name)_API_KEY").map(Secret.init), model: reader.text("\(name)_MODEL"),
            baseURL: reader.webAddress("\(name)_BASE_URL"))
    }
}
