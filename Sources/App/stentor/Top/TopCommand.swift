import HTTPTypes
import Settings

/// `stentor top`: the server's figures, again and again, until Ctrl-C.
struct TopCommand {
    static let options = OptionTable([
        ("--server", "URL", "the server (http://127.0.0.1 and STENTOR_PORT)"),
        ("--every", "N", "seconds between two looks (2)"),
        ("--once", nil, "look once and end"),
    ])

    private let parsed: ParsedOptions
    private let call: ServerCall
    private let console: Console

    init(_ words: some Sequence<RawWord>, _ settings: Settings, _ console: Console) throws {
        parsed = try Self.options.parse(words)
        guard parsed.operands.isEmpty else { throw UsageError("top takes no file") }
        call = ServerCall(settings, named: parsed.text("--server"))
        self.console = console
    }

    func run() async throws -> CInt {
        let seconds = try parsed.integer("--every", in: 1...3600) ?? 2
        var before: MonitorReading?
        while true {
            let reading = MonitorReading(String(decoding: try await call.ask(.get, "/metrics"), as: UTF8.self))
            let lines = reading.lines(before: before.map { ($0, Double(seconds)) })
            // Names come from the server; none may steer the terminal.
            let text = lines.map { RawWord($0).display + "\n" }.joined()
            if parsed.switches.contains("--once") {
                try console.output(text)
                return 0
            }
            // To the upper left, and what is below is cleared.
            try console.output("\u{1b}[H\u{1b}[J" + text)
            before = reading
            try await Task.sleep(for: .seconds(seconds))
        }
    }
}
