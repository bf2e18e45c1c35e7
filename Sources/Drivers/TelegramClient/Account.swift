import Crypto
import EventLoops
import MTProto
import Telemetry

/// One bot: its data centres, its home, and what it keeps.
actor Account {
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Tries with a new export each.
    private static let imports = 6

    /// The number before the token's colon.
    nonisolated let bot: Int64
    nonisolated let cipher = OpenSSLCipher()
    private nonisolated let loop: EventLoop
    private let token: String
    private let configuration: TelegramConfiguration
    private let store: any AccountKeyStore
    private let log: any EventLog
    private var keys: AccountKeys?
    private var accesses: [Int: Access] = [:]
    /// One after the other: each import uses up its export.
    private var isImporting = false
    private var importers: [CheckedContinuation<Void, Never>] = []

    init(
        _ token: String, _ configuration: TelegramConfiguration, store: any AccountKeyStore, on loop: EventLoop,
        log: any EventLog
    ) {
        bot = Int64(token.prefix { $0 != ":" }) ?? 0
        self.token = token
        self.configuration = configuration
        self.store = store
        self.loop = loop
        self.log = log
    }

    func access(_ dataCentre: Int) -> Access {
        if let access = accesses[dataCentre] { return access }
        let access = Access(dataCentre, self, configuration, on: loop)
        accesses[dataCentre] = access
        return access
    }

    /// Asks the home data centre, wherever that turns out to be.
    func callHome(_ body: [UInt8]) async throws(AccessFailure) -> TLReader {
        do {
            return try await home().call(body)
        } catch .moved {
            return try await home().call(body)
        }
    }

    /// The home data centre's.
    func home() async -> Access { access(await loaded().home) }

    func close() async {
        for access in accesses.values { await access.close() }
        accesses = [:]
    }

    // MARK: - What is kept

    private func loaded() async -> AccountKeys {
        if let keys { return keys }
        var read: AccountKeys?
        do {
            read = try await store.load(bot)
        } catch {
            log.note(LogEvent(.error, "telegram keys unreadable", ["reason": .text("\(error)")]))
        }
        // Somebody else may have been quicker.
        let result = keys ?? read ?? AccountKeys(home: configuration.addresses[2] == nil ? firstAddress : 2)
        keys = result
        return result
    }

    private var firstAddress: Int { configuration.addresses.keys.min() ?? 2 }

    func entry(_ dataCentre: Int) async -> AccountKeys.Entry? { await loaded().entries[dataCentre] }

    func store(_ entry: AccountKeys.Entry?, _ dataCentre: Int) async {
        await change { $0.entries[dataCentre] = entry }
    }

    private func change(_ body: (inout AccountKeys) -> Void) async {
        var changed = await loaded()
        body(&changed)
        guard changed != keys else { return }
        keys = changed
        do {
            try await store.save(changed, of: bot)
        } catch {
            log.note(LogEvent(.error, "telegram keys unwritable", ["reason": .text("\(error)")]))
        }
    }

    // MARK: - Addresses

    func addresses(_ dataCentre: Int, isForFiles: Bool) async throws -> [AccountKeys.Address] {
        let known = await known(dataCentre)
        if let known { return Self.ordered(known, isForFiles) }
        let home = await home()
        guard home.dataCentre != dataCentre else { throw AccessFailure.unreachable }
        await learnAddresses(home)
        guard let learned = await self.known(dataCentre) else { throw AccessFailure.unreachable }
        return Self.ordered(learned, isForFiles)
    }

    private func known(_ dataCentre: Int) async -> [AccountKeys.Address]? {
        let learned = await loaded().addresses[dataCentre] ?? []
        let built = configuration.addresses[dataCentre] ?? []
        if configuration.hasFixedAddresses, !built.isEmpty { return built }
        let all = learned + built.filter { !learned.contains($0) }
        return all.isEmpty ? nil : all
    }

    /// Files from where only files are served, if there is such a place; all else never from there.
    private static func ordered(_ all: [AccountKeys.Address], _ isForFiles: Bool) -> [AccountKeys.Address] {
        let plain = all.filter { !$0.isMediaOnly }
        return isForFiles ? all.filter(\.isMediaOnly) + plain : plain
    }

    /// Where the data centres are, as one of them says. Not knowing is no failure here.
    private func learnAddresses(_ access: Access) async {
        guard let answer = try? await access.callUnauthorized(Call.getConfig()),
            let config = try? ServerConfig(answer)
        else { return }
        let options = config.options.filter { !$0.isIPv6 && !$0.isObfuscatedOnly && !$0.isCDN }
        await change { keys in
            keys.addresses = Dictionary(grouping: options, by: \.dataCentre).mapValues { options in
                options.map { AccountKeys.Address(host: $0.address, port: $0.port, isMediaOnly: $0.isMediaOnly) }
            }
        }
    }

    // MARK: - Login

    /// Logs in with the key of a data centre: at home with the token, elsewhere with what home gives.
    func authorize(_ access: Access) async throws(AccessFailure) {
        if await loaded().home == access.dataCentre { return try await logIn(access) }
        while isImporting { await withCheckedContinuation { importers.append($0) } }
        isImporting = true
        defer {
            isImporting = false
            for continuation in importers { continuation.resume() }
            importers = []
        }
        try await carryOver(to: access)
    }

    private func logIn(_ access: Access) async throws(AccessFailure) {
        do {
            _ = try await access.callUnauthorized(
                Call.importBotAuthorization(apiID: configuration.apiID, apiHash: configuration.apiHash, token: token))
            log.note(LogEvent(.info, "telegram login", ["bot": .text(String(bot)), "dc": .whole(access.dataCentre)]))
        } catch .refused(let error) {
            guard case .accountMoved(let home) = error.kind, home != access.dataCentre else { throw .refused(error) }
            await change { $0.home = home }
            // Whoever waits for this data centre's login may be the new home itself.
            throw .moved
        }
        await learnAddresses(access)
    }

    private func carryOver(to access: Access) async throws(AccessFailure) {
        var delay = 0.0
        for _ in 0..<Self.imports {
            if delay > 0 { try? await Task.sleep(for: .seconds(delay)) }
            delay = max(0.2, delay * 2)
            let answer: TLReader
            if await loaded().home == access.dataCentre { return try await logIn(access) }
            do {
                answer = try await home().call(Call.exportAuthorization(to: access.dataCentre))
            } catch .moved {
                continue
            } catch .refused(let error) where error.kind == .sameDataCentre {
                // Home is elsewhere than we thought.
                await change { $0.home = access.dataCentre }
                return try await logIn(access)
            }
            guard let exported = try? ExportedAuthorization(answer) else { throw .unreachable }
            do {
                _ = try await access.callUnauthorized(Call.importAuthorization(exported))
                return
            } catch .refused(let error) where error.kind == .badExport {
                continue
            }
        }
        throw .unreachable
    }
}
