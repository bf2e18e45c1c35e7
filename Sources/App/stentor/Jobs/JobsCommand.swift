import EventLoops
import FoundationEssentials
import HTTPClient
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
    private let settings: Settings
    private let console: Console

    init(_ words: some Sequence<RawWord>, _ settings: Settings, _ console: Console) throws {
        parsed = try Self.options.parse(words)
        self.settings = settings
        self.console = console
    }

    func run() async throws -> CInt {
        var words = parsed.operands[...]
        let action = words.popFirst()?.text ?? "list"
        let ids = words.map(\.text)
        switch action {
        case "list": try await list()
        case "retry": try await forEach(ids) { try await ask(.post, "/job/\($0)/retry") }
        case "cancel": try await forEach(ids) { try await ask(.delete, "/job/\($0)") }
        case "prune":
            let hours = try parsed.integer("--hours", in: 0...87_600) ?? 0
            try show(try await ask(.post, "/jobs/prune?hours=\(hours)"))
        case "pause", "resume": try show(try await ask(.post, "/jobs/\(action)"))
        case "stats": try show(try await ask(.get, "/jobs/stats"))
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
        let state = parsed.text("--state").map { "&state=" + Self.escaped($0) } ?? ""
        let answer = try await ask(.get, "/jobs?limit=\(limit)\(state)")
        guard !parsed.switches.contains("--json") else { return try show(answer) }
        for job in try JSONDecoder().decode(Listing.self, from: Data(answer)).jobs {
            let name = RawWord(job.name).display
            try console.output(
                "\(job.job_id)  \(job.status)  \(job.lane)  \(Int(job.progress)) %  tries \(job.attempts)  \(name)\n")
        }
    }

    private func forEach(_ ids: [String], _ act: (String) async throws -> [UInt8]) async throws {
        guard !ids.isEmpty else { throw UsageError("name one or more job ids") }
        for id in ids { try show(try await act(Self.escaped(id))) }
    }

    private func show(_ answer: [UInt8]) throws {
        try console.output(String(decoding: answer, as: UTF8.self) + "\n")
    }

    // MARK: - The server

    private struct Refusal: Decodable {
        struct Reason: Decodable { let message: String }
        let error: Reason
    }

    private func ask(_ method: HTTPMethod, _ path: String) async throws -> [UInt8] {
        let loop = try EventLoop(name: "jobs")
        let client = try HTTPClient(on: loop)
        do {
            let answer = try await ask(method, path, client)
            await client.shutDown()
            await loop.shutDown()
            return answer
        } catch {
            await client.shutDown()
            await loop.shutDown()
            throw error
        }
    }

    private func ask(_ method: HTTPMethod, _ path: String, _ client: HTTPClient) async throws -> [UInt8] {
        var request = HTTPClientRequest(method, server + path)
        if let key = settings.server.adminKeys.first { request.fields[.authorization] = "Bearer \(key.reveal())" }
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request)
        } catch let error as HTTPClientError where error.code == .connection {
            throw OutputError("no server answers at \(server): start it (“stentor serve”), or name it with --server")
        }
        let body = try await response.body.collect(upTo: 16 << 20)
        guard response.status.code < 300 else {
            let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(body))
            throw OutputError(refusal?.error.message ?? "the server answered \(response.status)")
        }
        return body
    }

    private var server: String {
        if let named = parsed.text("--server") { return named }
        let scheme = settings.server.certificate == nil ? "http" : "https"
        return "\(scheme)://127.0.0.1:\(settings.server.port)"
    }

    /// Everything but letters, digits and a few marks as percent escapes (RFC 3986 section 2.1).
    private static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            if isPlain || [0x2d, 0x2e, 0x5f, 0x2c].contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
