import FoundationEssentials
import HTTPTypes
import Settings

/// `stentor speakers JOB [SPEAKER_00=Anna …]`: who speaks in a finished job, and what they are called.
struct SpeakersCommand {
    static let options = OptionTable([
        ("--server", "URL", "the server (http://127.0.0.1 and STENTOR_PORT)"),
        ("--json", nil, "print the server's answer as it is"),
    ])

    private struct Listing: Decodable {
        struct Speaker: Decodable {
            let label: String
            let name: String?
            let seconds: Double
        }

        let speakers: [Speaker]
    }

    private struct Names: Encodable { let speakers: [String: String] }

    private let parsed: ParsedOptions
    private let call: ServerCall
    private let console: Console

    init(_ words: some Sequence<RawWord>, _ settings: Settings, _ console: Console) throws {
        parsed = try Self.options.parse(words)
        call = ServerCall(settings, named: parsed.text("--server"))
        self.console = console
    }

    func run() async throws -> CInt {
        var words = parsed.operands.map(\.text)[...]
        guard let job = words.popFirst() else { throw UsageError("speakers wants the id of a job") }
        let wishes = try words.map(Self.wish)
        let path = "/job/\(ServerCall.escaped(job))/speakers"
        if !wishes.isEmpty { try await name(wishes, path) }
        let answer = try await call.ask(.get, path)
        guard !parsed.switches.contains("--json") else {
            try console.output(String(decoding: answer, as: UTF8.self) + "\n")
            return 0
        }
        for speaker in try Self.listing(answer) {
            let name = speaker.name.map { "  \(RawWord($0).display)" } ?? ""
            try console.output("\(speaker.label)  \((speaker.seconds * 10).rounded() / 10) s\(name)\n")
        }
        return 0
    }

    /// Names that were given before stay; an empty one gives the label back.
    private func name(_ wishes: [(label: String, name: String)], _ path: String) async throws {
        let known = try Self.listing(try await call.ask(.get, path))
        var names = Dictionary(
            known.compactMap { speaker in speaker.name.map { (speaker.label, $0) } }, uniquingKeysWith: { $1 })
        for wish in wishes {
            guard known.contains(where: { $0.label == wish.label }) else {
                throw OutputError(
                    "there is no \(RawWord(wish.label).display); there are \(known.map(\.label).joined(separator: ", "))"
                )
            }
            names[wish.label] = wish.name.isEmpty ? nil : wish.name
        }
        _ = try await call.ask(.put, path, json: Array(try JSONEncoder().encode(Names(speakers: names))))
    }

    private static func listing(_ answer: [UInt8]) throws -> [Listing.Speaker] {
        try JSONDecoder().decode(Listing.self, from: Data(answer)).speakers
    }

    private static func wish(_ word: String) throws -> (label: String, name: String) {
        guard let sign = word.firstIndex(of: "="), sign != word.startIndex else {
            throw UsageError("a name is written SPEAKER_00=Anna")
        }
        return (String(word[..<sign]), String(word[word.index(after: sign)...]))
    }
}
