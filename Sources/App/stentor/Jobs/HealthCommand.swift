import FoundationEssentials
import HTTPTypes
import Settings

/// `stentor health`: for whatever starts containers and services. 0 when the server answers that it is well.
struct HealthCommand {
    static let options = OptionTable([("--server", "URL", "the server (http://127.0.0.1 and STENTOR_PORT)")])

    private let call: ServerCall
    private let console: Console

    init(_ words: some Sequence<RawWord>, _ settings: Settings, _ console: Console) throws {
        let parsed = try Self.options.parse(words)
        guard parsed.operands.isEmpty else { throw UsageError("health takes no file") }
        call = ServerCall(settings, named: parsed.text("--server"))
        self.console = console
    }

    private struct Health: Decodable { let status: String }

    func run() async throws -> CInt {
        let health = try JSONDecoder().decode(Health.self, from: Data(try await call.ask(.get, "/health")))
        try console.output(health.status + "\n")
        return health.status == "ok" ? 0 : 1
    }
}
