/// A form in which a transcript can be written.
public enum OutputFormat: String, Sendable, Hashable, CaseIterable {
    /// Plain text, one segment a line, or one turn a paragraph when speakers are known.
    case txt
    /// SubRip subtitles.
    case srt
    /// WebVTT subtitles.
    case vtt
    /// Tab-separated start, end (whole milliseconds) and text.
    case tsv
    /// Everything that is known; `Schemas/transcript.schema.json` describes it.
    case json
    /// Markdown for reading.
    case md
    /// Who speaks when, in the NIST form that tools for scoring speakers read.
    case rttm

    /// The name for people.
    public var name: String {
        switch self {
        case .txt: "plain text"
        case .srt: "SubRip subtitles"
        case .vtt: "WebVTT subtitles"
        case .tsv: "tab-separated values"
        case .json: "JSON"
        case .md: "Markdown"
        case .rttm: "RTTM speaker times"
        }
    }

    /// What file names end in, without the dot.
    public var fileExtension: String { rawValue }

    /// The value of `Content-Type`.
    public var mediaType: String {
        switch self {
        case .txt, .rttm: "text/plain; charset=utf-8"
        case .srt: "application/x-subrip; charset=utf-8"
        case .vtt: "text/vtt; charset=utf-8"
        case .tsv: "text/tab-separated-values; charset=utf-8"
        case .json: "application/json"
        case .md: "text/markdown; charset=utf-8"
        }
    }

    /// The format a user names: its file extension or a usual word for it, in any case, with or without a dot.
    public init(parsing text: some StringProtocol) throws(UnknownOutputFormat) {
        var word = text.lowercased()[...]
        while word.first?.isWhitespace == true || word.first == "." { word.removeFirst() }
        while word.last?.isWhitespace == true { word.removeLast() }
        switch word {
        case "text", "plain": self = .txt
        case "subrip": self = .srt
        case "webvtt": self = .vtt
        case "markdown": self = .md
        default:
            guard let format = OutputFormat(rawValue: String(word)) else { throw UnknownOutputFormat(String(text)) }
            self = format
        }
    }

    /// The formats of a comma-separated list, in its order, each once; an empty list is an error too.
    public static func list(parsing text: some StringProtocol) throws(UnknownOutputFormat) -> [OutputFormat] {
        var formats: [OutputFormat] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            let format = try OutputFormat(parsing: word)
            if !formats.contains(format) { formats.append(format) }
        }
        return formats
    }
}

/// A word that names no output format.
public struct UnknownOutputFormat: Error, Hashable, CustomStringConvertible {
    /// What was given, cut to a length fit for a message.
    public let given: String

    init(_ given: String) { self.given = String(given.singleLine.prefix(32)) }

    public var description: String {
        let known = OutputFormat.allCases.map(\.rawValue).joined(separator: ", ")
        return "“\(given)” is not an output format; use one of \(known)."
    }
}
