/// Everything an operator or user can set, read once at the start. Names and defaults that users rely on stay.
public struct Settings: Sendable, Hashable {
    /// `STENTOR_DATA_DIR`: holds everything that is kept.
    public var dataFolder: String
    /// `STENTOR_ENGINE_DIR`: the folder with sherpa-onnx and the speech detector's model; `nil` looks beside the program.
    public var engineFolder: String?
    /// `TRANSCRIPTION_PROVIDER`: `auto`, or engines in order of preference.
    public var providers: [String]
    /// `STENTOR_MODEL`: the name of an installed model; `nil` takes the best.
    public var model: String?
    /// `STENTOR_MODEL_MIRROR`: a base URL that replaces the models' own hosts.
    public var modelMirror: String?
    /// `STENTOR_MAX_AUDIO_SECONDS`: a file that decodes to more is refused.
    public var maximumSeconds: Double
    /// `STENTOR_ENGINE_SLOTS`: chunks recognised side by side; `nil` decides by processors and memory.
    public var engineSlots: Int?
    public var server: ServerSettings
    public var queue: QueueSettings
    public var cache: CacheSettings
    /// Services on the network, and what is sent to them.
    public var cloud: ProviderSettings
    public var telegram: TelegramSettings
    public var streams: StreamSettings
    public var callbacks: CallbackSettings
    /// What several machines share.
    public var nodes: NodeSettings
    public var traces: TraceSettings

    /// What `TRANSCRIPTION_PROVIDER` and `--engine` may name.
    public static let knownProviders = ["auto", "sphinx", "sherpa", "whisper", "groq", "deepgram", "openai"]

    /// Reads the variables; every problem is reported at once.
    public init(_ source: SettingsSource) throws(SettingsError) {
        var reader = SettingsReader(source)
        let home = source["HOME"] ?? "/root"
        dataFolder = reader.text("STENTOR_DATA_DIR") ?? "\(home)/.local/share/stentor"
        engineFolder = reader.text("STENTOR_ENGINE_DIR")
        providers = reader.list("TRANSCRIPTION_PROVIDER", among: Self.knownProviders) ?? ["auto"]
        model = reader.text("STENTOR_MODEL")
        modelMirror = reader.webAddress("STENTOR_MODEL_MIRROR")
        maximumSeconds = reader.number("STENTOR_MAX_AUDIO_SECONDS", in: 1...2_592_000) ?? 12 * 3600
        engineSlots = reader.integer("STENTOR_ENGINE_SLOTS", in: 1...64)
        server = ServerSettings(&reader)
        queue = QueueSettings(&reader)
        cache = CacheSettings(&reader)
        cloud = ProviderSettings(&reader)
        cloud.streams = server.decodesEarly
        telegram = TelegramSettings(&reader)
        streams = StreamSettings(&reader)
        callbacks = CallbackSettings(&reader)
        nodes = NodeSettings(&reader)
        cache.settle(nodes, &reader)
        if queue.workers == 0, !nodes.isShared {
            reader.complain("QUEUE_MAX_WORKERS=0 is for nodes beside workers, with STENTOR_JOBS=redis")
        }
        traces = TraceSettings(&reader)
        try reader.finish()
    }
}
