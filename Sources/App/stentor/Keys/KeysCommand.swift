import Accounts
import Crypto
import FoundationEssentials
import Settings
import StoresSQLite

/// `stentor keys create|list|revoke`: through the server that runs on the data folder, else on the folder itself.
struct KeysCommand {
    static let options = OptionTable([
        ("--admin", nil, "create: a key that may look after the server too"),
        ("--days", "N", "create: a key that expires"),
        ("--per-minute", "N", "create: requests that the key is good for in a minute"),
        ("--server", "URL", "the server, if one runs (http://127.0.0.1 and STENTOR_PORT)"),
    ])

    private let parsed: ParsedOptions
    private let settings: Settings
    private let console: Console

    init(_ words: some Sequence<RawWord>, _ settings: Settings, _ console: Console) throws {
        parsed = try Self.options.parse(words)
        self.settings = settings
        self.console = console
    }

    func run() async throws -> CInt {
        var words = parsed.operands.map(\.text)[...]
        let action = words.popFirst() ?? "list"
        let cabinet = try await cabinet()
        do {
            try await act(action, Array(words), cabinet)
        } catch {
            try? await cabinet.close()
            throw error
        }
        try await cabinet.close()
        return 0
    }

    private func act(_ action: String, _ words: [String], _ cabinet: any Keys) async throws {
        switch action {
        case "create":
            guard words.count == 1 else { throw UsageError("keys create wants one name") }
            let secret = try await cabinet.create(try wish(named: words[0]))
            console.note("This is the key; it cannot be shown again:")
            try console.output(secret + "\n")
        case "list":
            for key in try await cabinet.list() { try console.output(line(key) + "\n") }
        case "revoke":
            guard !words.isEmpty else { throw UsageError("name one or more ids; “stentor keys list” shows them") }
            for id in words {
                try await cabinet.revoke(id)
                console.note("\(RawWord(id).display) opens nothing any more.")
            }
        default: throw UsageError("keys knows create, list and revoke")
        }
    }

    private func wish(named name: String) throws -> KeyRegistry.Wish {
        guard (1...80).contains(name.count) else { throw UsageError("a key's name has 1 to 80 characters") }
        return KeyRegistry.Wish(
            name: name, scopes: parsed.switches.contains("--admin") ? [.transcribe, .admin] : [.transcribe],
            days: try parsed.integer("--days", in: 1...36_500).map(Double.init),
            perMinute: try parsed.integer("--per-minute", in: 1...1_000_000))
    }

    private func line(_ key: ListedAPIKey) -> String {
        let expiry = key.expires.map { "  until \(Date(timeIntervalSince1970: $0).formatted(.iso8601))" } ?? ""
        let limit = key.per_minute.map { "  \($0)/min" } ?? ""
        return "\(key.id)  \(key.scopes.joined(separator: ","))\(limit)\(expiry)  \(RawWord(key.name).display)"
    }

    private func cabinet() async throws -> any Keys {
        try FileManager.default.createDirectory(
            atPath: settings.dataFolder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // Where keys are shared a server is asked, which tells the others.
        guard parsed.text("--server") == nil, !settings.nodes.isShared,
            let lock = try? DataLock(folder: settings.dataFolder)
        else {
            return RemoteKeys(call: ServerCall(settings, named: parsed.text("--server")))
        }
        let database = try await StoreSchema.open(path: "\(settings.dataFolder)/stentor.sqlite")
        let registry = try await KeyRegistry.open(SQLiteAPIKeyStore(database), clock: SystemClock()) {
            try SHA256.digest(of: $0).bytes
        }
        return LocalKeys(
            registry: registry, database: database, lock: lock, audit: try AuditFile(folder: settings.dataFolder))
    }
}
