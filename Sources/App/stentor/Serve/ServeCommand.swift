import API
import Accounts
import Bot
import CSystem
import Callbacks
import EventLoops
import Glibc
import HTTPRouting
import HTTPServer
import HTTPTypes
import HostedEngines
import IPAddresses
import Jobs
import Links
import ModelLibrary
import Scheduling
import Settings
import Telemetry
import TraceExport
import Transcription
import Uploads
import WebUI

/// `stentor serve`
struct ServeCommand {
    static let options = OptionTable([
        ("--host", "ADDRESS", "listen here (127.0.0.1)"),
        ("--port", "N", "a TCP port; 0 takes a free one (8511)"),
        ("--make-first-key", nil, "where there is no key, make an administrator's and show it once"),
    ])

    private let settings: Settings
    private let console: Console

    init(_ words: some Sequence<RawWord>, _ settings: Settings, _ console: Console) throws {
        let parsed = try Self.options.parse(words)
        guard parsed.operands.isEmpty else { throw UsageError("serve takes no file") }
        var settings = settings
        if let host = parsed.text("--host") { settings.server.host = host }
        if let port = try parsed.integer("--port", in: 0...65535) { settings.server.port = port }
        if parsed.switches.contains("--make-first-key") { settings.server.makesFirstKey = true }
        self.settings = settings
        self.console = console
    }

    func run() async throws -> CInt {
        // Pages of streams live for different times: an arena for each thread would keep what none of them needs.
        csystem_limit_memory_arenas()
        let address = try listenAddress()
        let installation = try Installation(settings)
        let lock = try DataLock(folder: settings.dataFolder)
        _ = try InstallationName.load(settings.dataFolder)
        BackupLock.sweep(settings.dataFolder)
        let level = LogEvent.Level(rawValue: settings.server.logLevel) ?? .info
        let log = RecentLog(before: LogWriter(form: form, level: level), level: level, clock: SystemClock())
        let loops = try EventLoopGroup(count: min(2, EventLoopGroup.availableProcessors))
        let house = try await House.build(settings, installation, loops: loops, log: log)
        let keys = try KeyRing(settings.server, house.keys)
        do {
            try await makeFirstKey(keys, log)
            try refuseOpenDoor(address, keys)
        } catch {
            await house.close()
            throw error
        }
        let sessions = Sessions(
            keys: keys, signer: house.signer, clock: SystemClock())
        let page = try makePage(house, installation, sessions, log)
        let server = try makeServer(house, installation, address, keys, (page, sessions), loops, log)
        let webhookServer = try makeWebhookServer(house, address, loops, log)
        let addresses = try await server.start()
        _ = try await webhookServer?.start()
        announce(addresses, log)
        await work(house, page, [server, webhookServer].compactMap(\.self), log)
        await house.close()
        await loops.shutDown()
        withExtendedLifetime(lock) {}
        return 0
    }

    // MARK: - Start

    private func listenAddress() throws -> IPAddress {
        let host = settings.server.host == "localhost" ? "127.0.0.1" : settings.server.host
        guard let address = IPAddress(host) else {
            throw UsageError("--host and STENTOR_HOST want an IP address, such as 127.0.0.1 or 0.0.0.0")
        }
        for proxy in settings.server.trustedProxies where IPRange(proxy) == nil {
            throw SettingsError(problems: ["STENTOR_TRUSTED_PROXIES wants addresses or networks such as 10.0.0.0/8"])
        }
        for guest in settings.server.asrAllowed where IPRange(guest) == nil {
            throw SettingsError(problems: ["STENTOR_ASR_ALLOWED wants addresses or networks such as 10.0.0.0/8"])
        }
        return address
    }

    /// Anybody who reaches an open server may use up its disk and its time.
    private func refuseOpenDoor(_ address: IPAddress, _ keys: KeyRing) throws {
        guard !address.isLoopback, keys.isEmpty else { return }
        throw SettingsError(problems: [
            "listening beyond loopback needs keys: make one with “stentor keys create NAME”, or set STENTOR_API_KEYS"
        ])
    }

    /// For a server that is reached from a network from its first moment on, such as one in a container.
    private func makeFirstKey(_ keys: KeyRing, _ log: any EventLog) async throws {
        guard settings.server.makesFirstKey, keys.isEmpty else { return }
        let made = try await keys.registry.create(.init(name: "first key", scopes: Set(APIKey.Scope.allCases)))
        log.note(LogEvent(.info, "first key made", ["id": .text(made.key.id)]))
        console.note(
            "stentor: this is the first key, an administrator's; it is shown only now:\nstentor: \(made.secret)")
    }

    private var form: LogWriter.Form {
        switch settings.server.logFormat {
        case "text": .text
        case "json": .json
        default: console.errorIsTerminal ? .text : .json
        }
    }

    private func makeServer(
        _ house: House, _ installation: Installation, _ address: IPAddress, _ keys: KeyRing,
        _ page: (page: WebUI, sessions: Sessions), _ loops: EventLoopGroup, _ log: any EventLog
    ) throws -> HTTPServer {
        var configuration = HTTPServerConfiguration(
            addresses: [.tcp(address, port: UInt16(settings.server.port))])
        // A form is a little larger than its files.
        configuration.limits.bodySize =
            Int64(settings.server.maximumUploadMegabytes) * 1_000_000 * Int64(settings.server.maximumFiles)
        configuration.limits.exemptAddresses = settings.server.trustedProxies.compactMap { IPRange($0) }
        configuration.deadlines.restingBody = .seconds(3600)
        if let chain = settings.server.certificate, let key = settings.server.certificateKey {
            configuration.certificate = .init(chainFile: chain, keyFile: key)
        }
        configuration.report = { report in
            log.note(LogEvent(.warning, "connection", ["report": .text("\(report)")]))
        }
        var limits = API.Limits(
            upload: Int64(settings.server.maximumUploadMegabytes) * 1_000_000, files: settings.server.maximumFiles)
        limits.history = Keeping(media: settings.queue.keepPageMedia, text: settings.queue.keepHistory)
        let api = API(
            house.transcriptions, uploads: house.uploads, keys: house.keys, limits: limits,
            providers: settings.providers, model: settings.model, metrics: house.metrics,
            about: about(house, installation))
        return try HTTPServer(
            configuration, on: loops,
            responder: FrontDoor.application(
                settings.server, api: api, keys: keys, webhook: house.webhook, links: house.links,
                page: page.page, sessions: page.sessions, log: log, metrics: house.metrics, tracer: house.tracer,
                audit: try AuditFile(folder: settings.dataFolder), buckets: { house.duties?.nodes.buckets($0) }))
    }

    private func makePage(
        _ house: House, _ installation: Installation, _ sessions: Sessions, _ log: RecentLog
    ) throws -> WebUI {
        let cloud = settings.cloud
        let providers = [
            ("groq", cloud.groq.key != nil), ("deepgram", cloud.deepgram.key != nil),
            ("openai", cloud.openAI.key != nil || cloud.openAI.baseURL != nil),
        ].filter(\.1).map(\.0)
        // A library that cannot be read has nothing to offer; `doctor` says why.
        let catalogue = try? EngineCatalogue(models: .init(folder: installation.modelFolder))
        let local = Set(catalogue?.entries.map(\.candidate.engine) ?? []).sorted()
        var about = WebUI.About(
            version: Help.version, largestFile: Int64(settings.server.maximumUploadMegabytes) * 1_000_000,
            mediaKept: settings.queue.keepPageMedia, workers: settings.queue.workers,
            engines: local + providers, telegram: telegramMode, providers: providers)
        about.hasUploads = true
        return try WebUI(
            WebUI.Ports(
                transcriptions: house.transcriptions, reviews: house.reviews, figures: house.figures,
                metrics: house.metrics, clock: SystemClock(), sessions: sessions, models: house.models,
                keys: KeyCabinet(registry: house.keys), log: log, roster: house.roster,
                gauges: { await house.engines.gauges() }),
            about: about)
    }

    /// For `WEBHOOK_PORT`: Telegram gets a listener of its own.
    private func makeWebhookServer(
        _ house: House, _ address: IPAddress, _ loops: EventLoopGroup, _ log: any EventLog
    ) throws -> HTTPServer? {
        guard let webhook = house.webhook, let port = settings.telegram.webhookPort, port != settings.server.port else {
            return nil
        }
        var configuration = HTTPServerConfiguration(addresses: [.tcp(address, port: UInt16(port))])
        configuration.limits.bodySize = Int64(WebhookGate.largestUpdate)
        if let chain = settings.server.certificate, let key = settings.server.certificateKey {
            configuration.certificate = .init(chainFile: chain, keyFile: key)
        }
        return try HTTPServer(
            configuration, on: loops,
            responder: FrontDoor.webhookApplication(webhook, log: log, metrics: house.metrics))
    }

    private func about(_ house: House, _ installation: Installation) -> API.About {
        let choice = try? EngineCatalogue(models: .init(folder: installation.modelFolder)).selection.choose(
            providers: settings.providers, model: settings.model, language: settings.model == nil ? "en" : nil)
        var about = API.About(
            version: Help.version, engine: choice?.candidate.engine ?? "none",
            model: choice?.candidate.model ?? "none", device: house.device.rawValue, workers: settings.queue.workers,
            gauges: {
                await house.engines.gauges() + (house.links?.gauges() ?? []) + house.figuresForOperators.gauges()
            },
            gpuStatus: { try await house.gpuStatus.response() },
            estimate: { try await house.engines.estimate($0, $1, house.decoder) })
        about.models = { await house.engines.modelEntries() }
        about.now = { SystemClock().now().wall }
        return about
    }

    private func announce(_ addresses: [ListenAddress], _ log: any EventLog) {
        for case .tcp(let address, let port) in addresses {
            let scheme = settings.server.certificate == nil ? "http" : "https"
            let shown = address.v4 == nil ? "[\(address)]" : "\(address)"
            console.note("stentor: listening on \(scheme)://\(shown):\(port)")
        }
        let cache = settings.cache
        log.note(
            LogEvent(
                .info, "started",
                [
                    "version": .text(Help.version),
                    "cache": .text(cache.isEnabled ? cache.kind.rawValue : "off"), "cache_size": .whole(cache.entries),
                    "workers": .whole(settings.queue.workers), "rate_limit": .whole(settings.queue.perUser),
                    "streaming": .text(settings.server.decodesEarly ? "on" : "off"),
                    "telegram": .text(telegramMode),
                ]))
    }

    private var telegramMode: String {
        if settings.telegram.token == nil { return "off" }
        return settings.telegram.webhookURL == nil ? "polling" : "webhook"
    }

    // MARK: - Life

    /// Works until this task is cancelled by the first signal, then finishes what it has promised.
    private func work(_ house: House, _ page: WebUI, _ servers: [HTTPServer], _ log: any EventLog) async {
        house.decoder.startAhead()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await house.workOff(log) }
            group.addTask { await house.engines.warmUp() }
            // Ends with the first signal.
            group.addTask { await page.run() }
            group.addTask { await self.announce(house) }
            group.addTask { await house.traces?.run() }
            group.addTask { await house.uploads.sweepRegularly() }
            // Detached, so that it can still answer what ends while the rest drains; awaited below.
            let bot = Task.detached { await self.runBot(house) }
            if let duties = house.duties {
                group.addTask { await duties.stayOnRoll() }
                group.addTask { await duties.followKeys(house.keys) }
                group.addTask { await duties.shareLedgers() }
            }
            group.addTask {
                await Self.waitForCancellation()
                log.note(LogEvent(.info, "stopping"))
                await self.drain(house, servers)
                await house.bot?.waitForAnswers(patience: 2)
                bot.cancel()
                await bot.value
            }
            await group.waitForAll()
        }
        log.note(LogEvent(.info, "stopped"))
    }

    /// Of several nodes the leading one sends callbacks,
    private func announce(_ house: House) async {
        let send: @Sendable () async -> Void = {
            let bell = CallbackBell()
            // Its settings were read once at the start, without a fault.
            guard let sender = try? house.newCallbacks(bell) else { return }
            house.ears.set(callbacks: bell)
            await sender.run()
        }
        guard let duties = house.duties else { return await send() }
        await duties.lead(in: "callbacks", send)
    }

    /// and keeps what the bot promised; all of them take what Telegram says.
    private func runBot(_ house: House) async {
        guard let bot = house.bot else { return }
        guard let duties = house.duties else { return await bot.run() }
        await duties.lead(in: "telegram") {
            guard let bot = house.newBot() else { return }
            house.ears.set(bot: bot)
            await bot.run()
            house.ears.set(bot: nil)
        }
    }

    private static func waitForCancellation() async {
        let (stream, continuation) = AsyncStream<Never>.makeStream()
        await withTaskCancellationHandler {
            for await _ in stream {}
        } onCancel: {
            continuation.finish()
        }
    }

    /// Connections and executions get the same time. Detached, because the task that drains is cancelled already.
    private func drain(_ house: House, _ servers: [HTTPServer]) async {
        let patience = Duration.seconds(settings.server.drainSeconds)
        // Awaited here.
        await Task.detached {
            await withTaskGroup(of: Void.self) { group in
                for server in servers { group.addTask { await server.drain(deadline: patience) } }
                await house.transcriptions.drain(patience: patience)
            }
        }.value
    }
}
