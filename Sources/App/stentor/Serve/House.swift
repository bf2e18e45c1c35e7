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
import TraceExport
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
    let reviews: any ReviewStore
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
    /// What signs links and sessions.
    let signer: LinkKeys
    let ears: NodeEars
    /// A bot of its own for each time that this node leads.
    let newBot: @Sendable () -> TelegramBot?
    let newCallbacks: @Sendable (CallbackBell) throws -> CallbackSender
    /// Where there are other nodes.
    let duties: NodeDuties?
    let figuresForOperators: OperatorFigures
    /// Where spans go, when somebody collects them.
    let traces: OTLPExporter?
    let tracer: Tracer?
    private let client: HTTPClient
    private let stores: Stores

    static func build(
        _ settings: Settings, _ installation: Installation, loops: EventLoopGroup, log: any EventLog
    ) async throws -> House {
        let clock = SystemClock()
        let metrics = Metrics()
        OperatorFigures.prepare(metrics)
        let log = CountingLog(next: log, metrics: metrics)
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
        let client = try HTTPClient(on: loops.loops[0])
        let stores = try await Stores.open(
            settings,
            .init(
                database: database, rules: rules, client: client, loop: loops.loops[0], clock: clock, faults: faults,
                log: log))
        let upload = Int64(settings.server.maximumUploadMegabytes) * 1_000_000
        let decoder = HostedDecoder(executable: installation.host, workFolder: installation.workFolder)
        let known = KnownVoices()
        let gpuStatus = GPUStatus(
            monitor: try NVIDIAMonitor(),
            policy: DevicePolicy(
                wish: .init(rawValue: settings.server.device.rawValue) ?? .auto,
                threshold: settings.server.gpuMemoryThreshold, libraryHasCUDA: installation.hasCUDA))
        let nodes = stores.nodes?.known
        let engines = try EngineHall(settings, installation, devices: gpuStatus, known: known, log: log) {
            await nodes?.engines() ?? []
        }
        let signer =
            if let nodes = stores.nodes {
                try await LinkKeys.load(from: nodes)
            } else {
                try LinkKeys.load(folder: settings.dataFolder)
            }
        let ears = NodeEars()
        let desk = try TelegramDesk(
            settings, client, on: loops, links: stores.links, pages: try await pages(settings),
            signer: signer, clock: clock, log: log, metrics: metrics)
        let web = WebFetcher(client, limits: .init(bytes: upload))
        let wire = stores.nodes?.wire
        var ports = Transcriptions.Ports(
            store: stores.jobs, vault: stores.vault, cache: stores.cache, engines: engines,
            decoder: decoder, fetcher: desk?.fetcher(others: web) ?? web, clock: clock, log: log,
            faults: faults,
            announced: {
                ears.hear(.announcements)
                wire?.send(.announcements)
            }, reviews: stores.reviews, wire: wire)
        ports.heard = { ears.hear($0) }
        let traces = exporter(settings.traces, client, log, metrics)
        let tracer = traces.map { Tracer($0) }
        ports.tracer = tracer
        let booth = VoiceBooth(engines: engines, decoder: decoder, vault: stores.vault, known: known)
        ports.references = booth
        let transcriptions = Transcriptions(
            ports, configuration(settings, engines), metrics: metrics, keepJobs: settings.queue.keepJobsHours * 3600,
            // SHA-256 of a few hundred bytes: it fails only when OpenSSL forbids the algorithm, which the vault said.
            digest: { (try? SHA256.digest(of: $0).hex) ?? "" })
        try await transcriptions.tidy()
        let newBot: @Sendable () -> TelegramBot? = {
            desk?.bot(
                transcriptions, stores.accounts, installation, clock: clock, log: log, faults: faults,
                metrics: metrics
            ) { wire?.send(.updates) }
        }
        let bot = newBot()
        let keys = try await KeyRegistry.open(
            stores.keys, clock: clock, digest: { try SHA256.digest(of: $0).bytes },
            changed: { wire?.send(.keys) })
        ears.set(keys: keys)
        return House(
            transcriptions: transcriptions, decoder: decoder, engines: engines, database: database, metrics: metrics,
            gpuStatus: gpuStatus, device: gpuStatus.policy.decide(await gpuStatus.monitor.report()).device,
            bot: bot, webhook: try bot.flatMap { try desk?.gate($0) },
            links: desk?.links(transcriptions, stores.accounts, metrics), reviews: stores.reviews,
            figures: SQLiteFigureStore(database),
            roster: settings.hasVoiceRoster
                ? Roster(
                    SQLiteRosterStore(database, try VoiceKey.seal(folder: settings.dataFolder)), booth, clock: clock)
                : nil,
            models: try ModelDesk(
                folder: installation.modelFolder, client: client, mirror: settings.modelMirror),
            telegram: desk?.blocks,
            keys: keys,
            uploads: try uploads(settings, clock),
            signer: signer, ears: ears, newBot: newBot,
            newCallbacks: {
                try CallbackOffice.open(
                    settings.callbacks, stores.jobs, client, transcriptions, bell: $0, log: log, metrics: metrics)
            },
            duties: stores.nodes.map {
                NodeDuties(nodes: $0, engines: engines, places: settings.queue.workers, log: log)
            },
            figuresForOperators: try OperatorFigures(folder: settings.dataFolder, database: database, clock: clock),
            traces: traces, tracer: tracer, client: client, stores: stores)
    }

    private static func exporter(
        _ settings: TraceSettings, _ client: HTTPClient, _ log: any EventLog, _ metrics: Metrics
    ) -> OTLPExporter? {
        guard let address = settings.address else { return nil }
        return OTLPExporter(
            .init(
                address: address, fields: settings.fields.map { ($0.name, $0.value.reveal()) },
                service: settings.service, version: Help.version), client, log: log, metrics: metrics)
    }

    private static func configuration(_ settings: Settings, _ engines: EngineHall) -> Dispatcher.Configuration {
        var configuration = Dispatcher.Configuration(
            places: [
                .short: settings.queue.workers,
                .bulk: settings.queue.workers == 0
                    ? 0 : max(2, settings.engineSlots ?? EventLoopGroup.availableProcessors),
            ],
            perOwner: settings.queue.perUser, timeout: settings.queue.jobTimeout,
            decoding: DecodingOptions(maximumSeconds: settings.maximumSeconds))
        configuration.perBatch = settings.queue.batchConcurrency
        configuration.decodesEarly = settings.server.decodesEarly && !settings.nodes.isShared
        if settings.nodes.isShared {
            configuration.engines = { await engines.engineNames() }
            configuration.rest = 2
        }
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

    /// A place on the disk for what viewers read, when one is wanted.
    private static func pages(_ settings: Settings) async throws -> (any PageArchive)? {
        guard settings.telegram.token != nil, settings.streams.diskMegabytes > 0 else { return nil }
        return try await FolderPages.open(
            "\(settings.dataFolder)/pages", capacity: settings.streams.diskMegabytes * 1_000_000)
    }

    /// Works from the queue until it is drained.
    func workOff(_ log: any EventLog) async {
        do {
            try await transcriptions.run()
        } catch is CancellationError {
            // Whoever cancels drains.
        } catch {
            log.note(LogEvent(.error, "queue stopped", ["reason": .text("\(error)")]))
        }
    }

    /// Ends everything in the order in which it is needed.
    func close() async {
        await models.stop()
        await engines.stop()
        await decoder.stop()
        await telegram?.close()
        // Detached, because the task that closes is cancelled already; awaited here.
        if let traces { await Task.detached { await traces.flush() }.value }
        await stores.close()
        await client.shutDown()
        try? await database.close()
    }
}
