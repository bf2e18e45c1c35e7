import CloudProviders
import CloudRouting
import EventLoops
import FoundationEssentials
import Glibc
import HTTPClient
import HostProcesses
import HostedEngines
import Settings
import Transcription

/// Services on the network with everything that is needed to use them: client, encoder, speech detector, router, and
/// an engine of this machine behind them where one was named.
struct CloudEngine: Sendable {
    let router: ProviderRouter
    let detector: any SpeechDetector
    let encoder: HostedEncoder
    /// Of the service that is asked first.
    let capabilities: RecognizerCapabilities
    let wishes: CompressionWishes
    private let deadline: Double
    private let ledgers: LedgerFile
    private let client: HTTPClient
    private let loop: EventLoop
    private let detection: EnginePool?
    private let local: ReadyEngine?
    private let pool: BlockingPool
    private let speakers: SpeakerTools

    static func load(
        _ choice: CloudChoice, _ settings: Settings, _ installation: Installation, local: ReadyEngine?
    ) async throws -> CloudEngine {
        let loop = try EventLoop(name: "providers")
        let client = try HTTPClient(on: loop)
        let encoder = HostedEncoder(executable: installation.host, loop: loop)
        let pool = try BlockingPool(threads: 1, name: "loudness")
        let detection = Self.detection(installation)
        let speakers = try SpeakerTools(installation)
        let wishes = CompressionWishes(
            bitrate: settings.cloud.bitrate, sampleRate: settings.cloud.sampleRate,
            threshold: settings.cloud.compressionThreshold)
        var routes = choice.accounts.map { account in
            let recognizer = CloudRecognizer(
                account, client: client, encoder: encoder, wishes: wishes, files: pool,
                input: Self.input(account, settings.cloud))
            return Route.provider(recognizer, limits: Self.limits(account, settings.cloud))
        }
        if let local { routes.append(.local(local.recognizer)) }
        let ledgers = LedgerFile(folder: settings.dataFolder)
        let clock = RouterClock(
            now: { Date().timeIntervalSince1970 }, sleep: { try await Task.sleep(for: .seconds($0)) })
        return CloudEngine(
            router: ProviderRouter(routes, ledgers: ledgers.read(), clock: clock),
            detector: detection ?? LoudnessDetector(pool), encoder: encoder, capabilities: routes[0].capabilities,
            wishes: wishes, deadline: settings.cloud.deadline, ledgers: ledgers, client: client, loop: loop,
            detection: detection, local: local, pool: pool, speakers: speakers)
    }

    /// A recogniser for one file.
    func recognizer() -> RoutedRecognizer { router.job(detector: detector, within: deadline) }

    /// For one file; `nil` where nothing here listens to voices.
    func diarizer(turn: @escaping @Sendable () -> WorkTurn = { WorkTurn() }) -> (any Diarizer)? {
        detection.map { speakers.diarizer($0, slots: 1, turn: turn) }
    }

    func estimator(_ decoder: any AudioDecoder) -> TranscriptionEstimator {
        TranscriptionEstimator(decoder: decoder, detector: detector, wishes: wishes)
    }

    /// Ends all of it, and keeps what was used of the services' limits.
    func stop() async {
        ledgers.write(await router.ledgers)
        await encoder.stop()
        await client.shutDown()
        await detection?.stop()
        await local?.stop()
        await speakers.stop()
        await loop.shutDown()
        pool.shutDown()
    }

    /// Silero where it is installed; small machines do without.
    private static func detection(_ installation: Installation) -> EnginePool? {
        guard access("\(installation.engineFolder)/libsherpa-onnx-c-api.so", R_OK) == 0 else { return nil }
        let setup = EngineSetup(
            engine: nil, model: "", engineFolder: installation.engineFolder, threads: 1, memoryLimit: 4 << 30)
        return EnginePool(executable: installation.host, setup: setup, slots: 1)
    }

    private static func input(_ account: ProviderAccount, _ settings: ProviderSettings) -> EncodedInput? {
        guard case .encoded(var input) = account.capabilities.input, let seconds = settings.partSeconds else {
            return nil
        }
        input.preferredSeconds = min(seconds, input.maximumSeconds)
        return input
    }

    private static func limits(_ account: ProviderAccount, _ settings: ProviderSettings) -> RateLedger.Limits {
        var limits = account.limits
        if account.service == .groq {
            limits.audioSecondsPerHour = settings.groqSecondsPerHour ?? limits.audioSecondsPerHour
            limits.audioSecondsPerDay = settings.groqSecondsPerDay ?? limits.audioSecondsPerDay
            limits.requestsPerMinute = settings.groqRequestsPerMinute ?? limits.requestsPerMinute
        }
        limits.concurrency = settings.concurrency ?? limits.concurrency
        return limits
    }
}

/// What was used of the services' limits, kept in the data folder for the next process.
struct LedgerFile: Sendable {
    /// A day's entries take far less.
    private static let largest = 4 << 20

    private let path: String

    init(folder: String) {
        path = "\(folder)/provider-usage.json"
    }

    /// Nothing when there is none, or when it cannot be read: the services then say themselves when it is too much.
    func read() -> [String: RateLedger] {
        guard let data = FileManager.default.contents(atPath: path), data.count <= Self.largest else { return [:] }
        return (try? JSONDecoder().decode([String: RateLedger].self, from: data)) ?? [:]
    }

    /// Adds to what other processes wrote meanwhile.
    func write(_ ledgers: [String: RateLedger]) {
        let all = read().merging(ledgers) { there, own in own.joined(with: there) }
        guard let data = try? JSONEncoder().encode(all) else { return }
        // Losing it costs a refused request, never a result.
        try? WholeFile.write(String(decoding: data, as: UTF8.self), to: RawWord(path))
    }
}
