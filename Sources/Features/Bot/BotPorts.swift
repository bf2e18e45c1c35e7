public import Accounts
public import BotAPI
public import Jobs
public import Scheduling
public import Streaming
public import Telemetry

/// What the bot is made of.
public struct BotPorts: Sendable {
    public var store: any AccountStore
    public var transcriptions: Transcriptions
    public var courier: Courier
    public var clock: any JobClock
    public var log: any EventLog
    public var faults: any FaultPoints
    /// Publishes files; `nil` where links would lead nowhere.
    public var office: LinkOffice?
    /// Messages by their number; `nil` where Telegram gives none.
    public var directory: (any MessageDirectory)?
    public var metrics: Metrics
    /// Updates were kept that were not known.
    public var received: @Sendable () -> Void = {}

    public init(
        store: any AccountStore, transcriptions: Transcriptions, courier: Courier, clock: any JobClock,
        log: any EventLog, faults: any FaultPoints = NoFaults(), office: LinkOffice? = nil,
        directory: (any MessageDirectory)? = nil, metrics: Metrics = Metrics()
    ) {
        self.office = office
        self.directory = directory
        self.metrics = metrics
        self.store = store
        self.transcriptions = transcriptions
        self.courier = courier
        self.clock = clock
        self.log = log
        self.faults = faults
    }
}

/// What its operator decided.
public struct BotConfiguration: Sendable {
    public var access = Access()
    /// `TELEGRAM_DEFAULT_LANGUAGE`.
    public var language = "en"
    /// What users may choose from; `auto` first.
    public var providers = ["auto"]
    /// `TRANSCRIPTION_PROVIDER` and `STENTOR_MODEL`, for those who chose nothing.
    public var defaultProviders = ["auto"]
    public var defaultModel: String?
    /// `QUEUE_MAX_WORKERS` and `QUEUE_RATE_LIMIT_PER_USER`.
    public var workers = 5
    public var perUser = 3
    /// Bytes of the largest file that can be fetched.
    public var largestFile: Int64 = 20_000_000
    /// Installed models.
    public var models: @Sendable () -> [String] = { [] }
    /// How updates arrive.
    public var arrival = Arrival.polling
    /// Seconds that what is over is remembered.
    public var memory = 7 * 86_400.0
    /// Seconds that links hold; `nil` is for ever.
    public var linkLifetime: Double?

    public enum Arrival: Sendable {
        case polling
        /// The address Telegram calls, and the word it shows.
        case webhook(url: String, secret: String)
    }

    public init() {}
}
