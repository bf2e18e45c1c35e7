import FoundationEssentials
import HTTPTypes
import Settings

/// `stentor jobs …`: asks the running server, which alone may change its queue.
struct JobsCommand {
    static let options = OptionTable([
        ("--server", "URL", "the server (http://127.0.0.1 and STENTOR_PORT)"),
        ("--state", "LIST", "list only these: queued, processing, completed, failed, cancelled"),
        ("--limit", "N", "list at most so many, newest first (100)"),
        ("--hours", "N", "prune what finished longer ago (0)"),
        ("--json", nil, "print the server's answer as it is"),
    ])

    private let parsed: ParsedOptions
    private let call: ServerCall
    private let console: Console

    init(_ words: some Sequence<RawWord>, _ settings: Settings, _ console: Console) throws {
        parsed = try Self.options.parse(words)
        call = ServerCall(settings, named: parsed.text("--server"))
        self.console = console
    }

    func run() async throws -> CInt {
        var words = parsed.operands[...]
        let action = words.popFirst()?.text ?? "list"
        let ids = words.map(\.text)
        switch action {
        case "list": try await list()
        case "retry": try await forEach(ids) { try await call.ask(.post, "/job/\($0)/retry") }
        case "cancel": try await forEach(ids) { try await call.ask(.delete, "/job/\($0)") }
        case "prune":
            let hours = try parsed.integer("--hours", in: 0...87_600) ?? 0
            try show(try await call.ask(.post, "/jobs/prune?hours=\(hours)"))
        case "pause", "resume": try show(try await call.ask(.post, "/jobs/\(action)"))
        case "stats": try show(try await call.ask(.get, "/jobs/stats"))
        default: throw UsageError("jobs knows list, retry, cancel, prune, pause, resume and stats")
        }
        return 0
    }

    // MARK: - Actions

    private struct Listing: Decodable {
        struct Job: Decodable {
            let job_id: String
            let name: String
            let status: String
            let lane: String
            let progress: Double
            let attempts: Int
        }

        let jobs: [Job]
    }

    private func list() async throws {
        let limit = try parsed.integer("--limit", in: 1...1000) ?? 100
        let state = parsed.text("--state").map { "&state=" + ServerCall.escaped($0) } ?? ""
        let answer = try await call.ask(.get, "/jobs?limit=\(limit)\(state)")
        guard !parsed.switches.contains("--json") else { return try show(answer) }
        for job in try JSONDecoder().decode(Listing.self, from: Data(answer)).jobs {
            let name = RawWord(job.name).display
            try console.output(
                "\(job.job_id)  \(job.status)  \(job.lane)  \(Int(job.progress)) %  tries \(job.attempts)  \(name)\n")
        }
    }

    private func forEach(_ ids: [String], _ act: (String) async throws -> [UInt8]) async throws {
        guard !ids.isEmpty else { throw UsageError("name one or more job ids") }
        for id in ids { try show(try await act(ServerCall.escaped(id))) }
    }

    private func show(_ answer: [UInt8]) throws {
        try console.output(String(decoding: answer, as: UTF8.self) + "\n")
    }
}
