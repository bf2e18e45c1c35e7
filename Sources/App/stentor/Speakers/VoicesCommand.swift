import FoundationEssentials
import HTTPTypes
import Settings

/// `stentor voices list|enrol|forget|recognise`: people who agreed to be recognised, asked of the running server.
struct VoicesCommand {
    static let options = OptionTable([
        ("--by", "NAME", "enrol: who says that the person agreed"),
        ("--consent", "WORDS", "enrol: the words they agreed with"),
        ("--clip", "FILE", "enrol: from this recording of the person, instead of a job's speaker"),
        ("--server", "URL", "the server (http://127.0.0.1 and STENTOR_PORT)"),
    ])
    /// Bytes of a clip.
    private static let largestClip = 23 << 20

    private struct Wish: Encodable {
        struct Consent: Encodable {
            let by: String
            let words: String
        }

        let name: String
        let consent: Consent
        var job: String?
        var speaker: String?
        var clip: String?
    }

    private struct Voice: Decodable {
        struct Consent: Decodable {
            let by: String
            let at: Double
        }

        let id: String
        let name: String
        let consent: Consent
    }

    private struct Listing: Decodable { let voices: [Voice] }

    private struct Findings: Decodable {
        struct Speaker: Decodable {
            let label: String
            let name: String?
            let similarity: Double?
        }

        let speakers: [Speaker]
    }

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
        switch action {
        case "list":
            let answer = try await call.ask(.get, "/voices")
            for voice in try JSONDecoder().decode(Listing.self, from: Data(answer)).voices { try show(voice) }
        case "enrol": try await enrol(Array(words))
        case "forget":
            guard !words.isEmpty else { throw UsageError("name one or more ids; “stentor voices list” shows them") }
            for id in words {
                _ = try await call.ask(.delete, "/voices/\(ServerCall.escaped(id.text))")
                console.note("\(id.display) is forgotten.")
            }
        case "recognise":
            guard words.count == 1, let job = words.first?.text else { throw UsageError("recognise wants one job") }
            let answer = try await call.ask(
                .post, "/job/\(ServerCall.escaped(job))/speakers/recognise", json: Array("{}".utf8))
            for speaker in try JSONDecoder().decode(Findings.self, from: Data(answer)).speakers {
                let likeness = speaker.similarity.map { "  \($0)" } ?? ""
                try console.output("\(speaker.label)  \(RawWord(speaker.name ?? "unknown").display)\(likeness)\n")
            }
        default: throw UsageError("voices knows list, enrol, forget and recognise")
        }
        return 0
    }

    private func enrol(_ words: [RawWord]) async throws {
        guard let by = parsed.text("--by"), let consent = parsed.text("--consent") else {
            throw UsageError("voices enrol wants --by and --consent: nobody is known without having agreed")
        }
        guard let name = words.first?.text else { throw UsageError("voices enrol wants a name") }
        var wish = Wish(name: name, consent: .init(by: by, words: consent))
        if let path = parsed.text("--clip") {
            guard words.count == 1, let bytes = FileManager.default.contents(atPath: path) else {
                throw OutputError("the clip cannot be read")
            }
            guard bytes.count <= Self.largestClip else { throw OutputError("the clip is larger than 23 MB") }
            wish.clip = bytes.base64EncodedString()
        } else {
            guard words.count == 3 else { throw UsageError("voices enrol NAME JOB SPEAKER_00, or NAME --clip FILE") }
            (wish.job, wish.speaker) = (words[1].text, words[2].text)
        }
        let answer = try await call.ask(.post, "/voices", json: Array(try JSONEncoder().encode(wish)))
        try show(try JSONDecoder().decode(Voice.self, from: Data(answer)))
    }

    private func show(_ voice: Voice) throws {
        let day = Date(timeIntervalSince1970: voice.consent.at).formatted(.iso8601)
        try console.output(
            "\(voice.id)  \(RawWord(voice.name).display)  agreed \(day), says \(RawWord(voice.consent.by).display)\n")
    }
}
