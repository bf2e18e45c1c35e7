import API
import Accounts
import Bot
import Callbacks
import Crypto
import EventLoops
import GPUs
import HTTPClient
import HTTPServer
import HTTPTypes
import HostedEngines
import IPAddresses
import Jobs
import Links
import MediaStores
import ModelLibrary
import PageArchives
import Review
import Scheduling
import Settings
import StoresSQLite
import Streaming
import TelegramClient
import Telemetry
import TranscriptCaches
import Transcription
import Uploads
import VoiceRoster
import WebMedia

import class SQLite.SQLiteDatabase

/// The server put together: every port with its driver.
struct House: Sendable {
    let transcriptions: Transcriptions
    let decoder: HostedDecoder
    let engines: EngineHall
    let database: SQLiteDatabase
    let metrics: Metrics
    let gpuStatus: GPUStatus
    /// Where work went when the server started.
    let device: ComputeDevice
    /// With what lets Telegram in, when it is to call this server.
    let bot: TelegramBot?
    let webhook: WebhookGate?
    let links: Links?
    let reviews: SQLiteReviewStore
    let figures: SQLiteFigureStore
    /// Voices that may be recognised, where the operator allows it.
    let roster: Roster?
    let models: ModelDesk
    /// Files in Telegram by Telegram's own protocol.
    let telegram: TelegramClient?
    /// Keys that the server keeps.
    let keys: KeyRegistry
    /// Uploads that come in pieces.
    let uploads: UploadDesk
    let callbacks: CallbackSender
    private let client: HTTPClient

    static func build(
        _ settings: Settings, _ installation: Installation, loops: EventLoopGroup, log: any EventLog
    ) async throws -> House {
        let clock = SystemClock()
        let faults = FaultSwitch.points()
        let database = try await StoreSchema.open(path: "\(settings.dataFolder)/stentor.sqlite")
        if !database.opening.wasClosedCleanly {
            log.note(LogEvent(.warning, "last stop was not clean", ["check": "the queue was verified"]))
        }
        let rules = JobRules(
            retry: RetryPolicy(retries: settings.queue.retries, delay: settings.queue.retryDelay),
            retention: RetentionPolicy(
                succeededMedia: settings.queue.keepMedia, failedMedia: settings.queue.keepJobsHours * 3600),
            waitingPerOwner: settings.queue.waitingPerUser, clock: clock)
        let store = try await SQLiteJobStore.open(database, rules: rules, faults: faults)
        let upload = Int64(settings.server.maximumUploadMegabytes) * 1_000_000
        let vault = try FolderVault(folder: "\(settings.dataFolder)/media", maximumBytes: upload)
        let decoder = HostedDecoder(executable: installation.host, workFolder: installation.workFolder)
        let known = KnownVoices()
        let gpuStatus = GPUStatus(
            monitor: try NVIDIAMonitor(),
            policy: DevicePolicy(
                wish: .init(rawValue: settings.server.device.rawValue) ?? .auto,
                threshold: settings.server.gpuMemoryThreshold, libraryHasCUDA: installation.hasCUDA))
        let engines = try EngineHall(settings, installation, devices: gpuStatus, known: known, log: log)
        let client = try HTTPClient(on: loops.loops[0])
        let metrics = Metrics()
        let desk = try TelegramDesk(
            settings, client, on: loops, links: SQLiteLinkStore(database), pages: try await pages(settings),
            clock: clock, log: log, metrics: metrics)
        let web = WebFetcher(client, limits: .init(bytes: upload))
        let reviews = SQLiteReviewStore(database)
        let bell = CallbackBell()
        let booth = VoiceBooth(engines: engines, decoder: decoder, vault: vault, known: known)
        let transcriptions = Transcriptions(
            Transcriptions.Ports(
                store: store, vault: vault, cache: try await cache(settings, clock), engines: engines,
                decoder: decoder, fetcher: desk?.fetcher(others: web) ?? web, clock: clock, log: log,
                faults: faults, announced: { bell.ring() }, reviews: reviews, references: booth),
            configuration(settings), metrics: metrics, keepJobs: settings.queue.keepJobsHours * 3600,
            // SHA-256 of a few hundred bytes: it fails only when OpenSSL forbids the algorithm, which the vault said.
            digest: { (try? SHA256.digest(of: $0).hex) ?? "" })
        try await transcriptions.tidy()
        let bot = desk?.bot(
            transcriptions, database, installation, clock: clock, log: log, faults: faults, metrics: metrics)
        return House(
            transcriptions: transcriptions, decoder: decoder, engines: engines, database: database, metrics: metrics,
            gpuStatus: gpuStatus, device: gpuStatus.policy.decide(await gpuStatus.monitor.report()).device,
            bot: bot, webhook: try bot.flatMap { try desk?.gate($0) },
            links: desk?.links(transcriptions, SQLiteAccountStore(database), metrics), reviews: reviews,
            figures: SQLiteFigureStore(database),
            roster: settings.hasVoiceRoster
                ? Roster(
                    SQLiteRosterStore(database, try VoiceKey.seal(folder: settings.dataFolder)), booth, clock: clock)
                : nil,
            models: try ModelDesk(
                folder: installation.modelFolder, client: client, mirror: settings.modelMirror),
            telegram: desk?.blocks,
            keys: try await KeyRegistry.open(
                SQLiteAPIKeyStore(database), clock: clock, digest: { try SHA256.digest(of: $0).bytes }),
            uploads: try uploads(settings, clock),
            callbacks: try CallbackOffice.open(
                settings.callbacks, store, client, transcriptions, bell: bell, log: log, metrics: metrics),
            client: client)
    }

    private static func configuration(_ settings: Settings) -> Dispatcher.Configuration {
        var configuration = Dispatcher.Configuration(
            places: [
                .short: settings.queue.workers,
                .bulk: max(2, settings.engineSlots ?? EventLoopGroup.availableProcessors),
            ],
            perOwner: settings.queue.perUser, timeout: settings.queue.jobTimeout,
            decoding: DecodingOptions(maximumSeconds: settings.maximumSeconds))
        configuration.perBatch = settings.queue.batchConcurrency
        configuration.decodesEarly = settings.server.decodesEarly
        return configuration
    }

    private static func uploads(_ settings: Settings, _ clock: SystemClock) throws -> UploadDesk {
        let vault = try FolderUploads(
            folder: "\(settings.dataFolder)/uploads", mediaFolder: "\(settings.dataFolder)/media",
            boot: BootIdentifier.current())
        return UploadDesk(
            vault,
            limits: .init(
                length: Int64(settings.server.maximumUploadMegabytes) * 1_000_000,
                lifetime: settings.server.uploadHours * 3600),
            clock: clock)
    }

    private static func cache(_ settings: Settings, _ clock: SystemClock) async throws -> any TranscriptCache {
        guard settings.cache.isEnabled, settings.cache.entries > 0 else { return NoTranscriptCache() }
        let limits = CacheLimits(
            entries: settings.cache.entries, bytes: settings.cache.megabytes * 1_000_000,
            lifetime: settings.cache.seconds)
        switch settings.cache.kind {
        case .memory: return MemoryTranscriptCache(limits, clock: clock)
        case .disk:
            return try await DiskTranscriptCache.open(
                folder: "\(settings.dataFolder)/cache", limits, clock: clock)
        }
    }

    /// A place on the disk for what viewers read, when one is wanted.
    private static func pages(_ settings: Settings) async throws -> (any PageArchive)? {
        guard settings.telegram.token != nil, settings.streams.diskMegabytes > 0 else { return nil }
        return try await FolderPages.open(
            "\(settings.dataFolder)/pages", capacity: settings.streams.diskMegabytes * 1_000_000)
    }

    /// Ends everything in the order in which it is needed.
    func close() async {
        await models.stop()
        await engines.stop()
        await decoder.stop()
        await telegram?.close()
        await client.shutDown()
        try? await database.close()
    }
}
