import Settings
import Transcription
import Transcripts

/// What the command line of `transcribe` asks for, checked.
struct TranscribeOptions: Sendable {
    let files: [RawWord]
    let formats: [OutputFormat]
    let destination: OutputDestination
    let rendering: RenderingOptions
    let language: String?
    let prompt: String?
    let hotwords: [String]
    let translates: Bool
    let separatesSpeakers: Bool
    var providers: [String]
    var model: String?
    let decoding: DecodingOptions
    let isQuiet: Bool
    let isDryRun: Bool

    init(_ parsed: ParsedOptions, _ settings: Settings) throws {
        files = parsed.operands
        guard !files.isEmpty else { throw UsageError("transcribe needs a file; “-” reads standard input") }
        guard files.filter({ $0 == "-" }).count <= 1 else { throw UsageError("standard input can be read only once") }
        do throws(UnknownOutputFormat) {
            formats = try OutputFormat.list(parsing: parsed.text("--format") ?? "txt")
        } catch {
            throw UsageError("\(error)")
        }
        destination = try OutputDestination(parsed.values["--output"], files: files.count, formats: formats.count)
        rendering = try Self.rendering(parsed)
        language = try Self.language(parsed.text("--language"))
        prompt = parsed.text("--prompt")
        hotwords = (parsed.text("--hotwords") ?? "").split(separator: ",").map {
            $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }.filter { !$0.isEmpty }
        translates = try Self.translates(parsed.text("--task"))
        separatesSpeakers = parsed.switches.contains("--speakers")
        providers = try Self.providers(parsed.text("--engine")) ?? settings.providers
        model = parsed.text("--model") ?? settings.model
        decoding = try Self.decoding(parsed, settings)
        isQuiet = parsed.switches.contains("--quiet")
        isDryRun = parsed.switches.contains("--dry-run")
    }

    private static func rendering(_ parsed: ParsedOptions) throws -> RenderingOptions {
        let shape = SubtitleShape(
            maxLineLength: try parsed.integer("--max-line-length", in: 2...500) ?? 42,
            maxLines: try parsed.integer("--max-lines", in: 1...10) ?? 2)
        return RenderingOptions(subtitleShape: shape, includesWords: parsed.switches.contains("--words"))
    }

    /// `auto` and nothing mean that the engine finds out.
    private static func language(_ text: String?) throws -> String? {
        guard let code = text?.lowercased(), code != "auto" else { return nil }
        let primary = code.prefix { $0 != "-" && $0 != "_" }
        guard (2...3).contains(primary.count), primary.allSatisfy({ $0.isASCII && $0.isLetter }) else {
            throw UsageError("--language must be a code such as en, id or pt")
        }
        return String(primary)
    }

    private static func translates(_ text: String?) throws -> Bool {
        switch text?.lowercased() {
        case nil, "transcribe": return false
        case "translate": return true
        default: throw UsageError("--task must be transcribe or translate")
        }
    }

    private static func providers(_ text: String?) throws -> [String]? {
        guard let text else { return nil }
        let words = text.lowercased().split(separator: ",").map(String.init)
        guard !words.isEmpty, words.allSatisfy(Settings.knownProviders.contains) else {
            throw UsageError("--engine must be one or more of \(Settings.knownProviders.joined(separator: ", "))")
        }
        return words
    }

    private static func decoding(_ parsed: ParsedOptions, _ settings: Settings) throws -> DecodingOptions {
        let from = try parsed.time("--from")
        let to = try parsed.time("--to")
        if let to, to <= from ?? 0 { throw UsageError("--to must be later than --from") }
        let limit = try parsed.integer("--max-seconds", in: 1...2_592_000).map(Double.init)
        return DecodingOptions(
            track: try parsed.integer("--track", in: 1...10_000), from: from, to: to,
            maximumSeconds: limit ?? settings.maximumSeconds)
    }
}
