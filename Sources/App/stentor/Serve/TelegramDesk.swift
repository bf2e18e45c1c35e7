import Accounts
import Bot
import BotAPI
import EventLoops
import FoundationEssentials
import HTTPClient
import HostedEngines
import Jobs
import Links
import MTProto
import ModelLibrary
import Scheduling
import Settings
import Streaming
import TelegramClient
import TelegramMedia
import Telemetry
import Transcription

/// The bot's part of the house: nothing without a token.
struct TelegramDesk: Sendable {
    let client: BotClient
    /// Telegram's own protocol, where the operator has an account of the interface.
    let blocks: TelegramClient?
    private let files: any FileSource
    /// Blocks of all files, whoever reads them.
    let shelf: BlockShelf
    /// `nil` while links would lead nowhere.
    private let office: LinkOffice?
    private let settings: Settings
    private let secret: String

    /// `nil` without a token. Throws `SettingsError` for one that cannot be.
    init?(
        _ settings: Settings, _ http: HTTPClient, on loops: EventLoopGroup, links: any LinkStore,
        pages: (any PageArchive)?, signer: LinkKeys, clock: any JobClock, log: any EventLog, metrics: Metrics
    ) throws {
        guard let text = settings.telegram.token?.reveal() else { return nil }
        guard let token = BotToken(text) else {
            throw SettingsError(problems: ["TELEGRAM_BOT_TOKEN must be as @BotFather gave it: 123456:letters"])
        }
        client = BotClient(http, token: token, base: settings.telegram.base ?? BotClient.telegram)
        let small = BotAPIFiles(client, clock: clock)
        blocks = try Self.blocks(settings, on: loops, log: log)
        if let blocks {
            let largest = Int64(settings.server.maximumUploadMegabytes) * 1_000_000
            files = FilesBySize(small: small, large: MTProtoFiles(blocks, largestFile: largest))
        } else {
            files = small
        }
        let source: any BlockSource
        if let blocks {
            source = blocks
        } else {
            source = BotAPIBlocks(client) { clock.now().monotonic }
        }
        shelf = BlockShelf(
            source, limits: ShelfLimits(cacheBytes: settings.streams.cacheMegabytes * 1_000_000), archive: pages,
            metrics: metrics
        ) { clock.now().monotonic }
        office = settings.server.publicURL.map { base in
            LinkOffice(base: base, store: links, signer: signer) { clock.now().wall }
        }
        self.settings = settings
        secret = settings.telegram.webhookSecret?.reveal() ?? signer.word(for: "telegram webhook")
    }

    private static func blocks(
        _ settings: Settings, on loops: EventLoopGroup, log: any EventLog
    ) throws -> TelegramClient? {
        let telegram = settings.telegram
        guard let id = telegram.apiID, let hash = telegram.apiHash else { return nil }
        var configuration = TelegramConfiguration(
            apiID: Int32(id), apiHash: hash.reveal(), tokens: telegram.tokens.map { $0.reveal() }, version: Help.version
        )
        if let path = telegram.dataCentreKeys {
            guard let bytes = try? Data(contentsOf: URL(filePath: path)),
                let keys = RSAPublicKey.keys(pem: String(decoding: bytes, as: UTF8.self))
            else { throw SettingsError(problems: ["STENTOR_TELEGRAM_RSA_KEYS must name a file with RSA public keys"]) }
            configuration.keys = keys
            configuration.addresses = Dictionary(grouping: telegram.dataCentres, by: \.number).mapValues { centres in
                centres.map { AccountKeys.Address(host: $0.host, port: $0.port) }
            }
            configuration.hasFixedAddresses = true
        }
        let store = EncryptedKeyFile(
            folder: settings.dataFolder, pool: try BlockingPool(threads: 1, name: "telegram-keys"))
        return TelegramClient(configuration, store: store, on: loops.loops[loops.loops.count - 1], log: log)
    }

    func fetcher(others: any MediaFetcher) -> any MediaFetcher {
        BlockFetcher(
            bot: client.bot, shelf, others: TelegramFetcher(bot: client.bot, files, others: others))
    }

    /// Where published files are served; `nil` without a public address.
    func links(_ transcriptions: Transcriptions, _ accounts: any AccountStore, _ metrics: Metrics) -> Links? {
        guard let office else { return nil }
        let streams = settings.streams
        let bot = client.bot
        return Links(
            Links.Ports(
                office: office, shelf: shelf, transcriptions: transcriptions, accounts: accounts, metrics: metrics
            ) { StreamAddress.text($0, bot: bot) },
            limits: StreamLimits(
                responsesPerLink: streams.connectionsPerLink, responsesPerAddress: streams.connectionsPerAddress,
                rateOfLink: streams.rateOfLink * 1000, rateOfAddress: streams.rateOfAddress * 1000),
            wish: TranscriptionWish(engine: EngineWish(providers: settings.providers, model: settings.model)))
    }

    func bot(
        _ transcriptions: Transcriptions, _ accounts: any AccountStore, _ installation: Installation,
        clock: any JobClock, log: any EventLog, faults: any FaultPoints, metrics: Metrics,
        received: @escaping @Sendable () -> Void
    ) -> TelegramBot {
        let telegram = settings.telegram
        var configuration = BotConfiguration()
        configuration.access = Access(
            admins: telegram.admins, users: telegram.allowedUsers, chats: telegram.allowedChats)
        configuration.language = telegram.language
        configuration.providers = Settings.knownProviders.filter(isReady)
        configuration.defaultProviders = settings.providers
        configuration.defaultModel = settings.model
        configuration.workers = settings.queue.workers
        configuration.perUser = settings.queue.perUser
        configuration.largestFile = files.largestFile
        let models = ModelStore(folder: installation.modelFolder)
        configuration.models = {
            // Read anew each time: a model may have been pulled since.
            guard let catalogue = try? EngineCatalogue(models: models) else { return [] }
            return catalogue.entries.map(\.candidate.model)
        }
        configuration.linkLifetime = settings.streams.linkLifetime
        if let url = webhookURL { configuration.arrival = .webhook(url: url, secret: secret) }
        var ports = BotPorts(
            store: accounts, transcriptions: transcriptions, courier: Courier(client),
            clock: clock, log: log, faults: faults, office: office, directory: blocks, metrics: metrics)
        ports.received = received
        return TelegramBot(ports, configuration)
    }

    /// What stands before the routes; `nil` while the bot polls.
    func gate(_ bot: TelegramBot) throws -> WebhookGate? {
        webhookURL == nil ? nil : try WebhookGate(path: settings.telegram.webhookPath, secret: secret, bot)
    }

    private var webhookURL: String? {
        guard let url = settings.telegram.webhookURL else { return nil }
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        let path = settings.telegram.webhookPath
        return base.hasSuffix(path) ? base : base + path
    }

    /// Services on the network only where the operator has an account.
    private func isReady(_ provider: String) -> Bool {
        let cloud = settings.cloud
        return switch provider {
        case "groq": cloud.groq.key != nil
        case "deepgram": cloud.deepgram.key != nil
        case "openai": cloud.openAI.key != nil || cloud.openAI.baseURL != nil
        default: true
        }
    }
}
