/// What is wrong with a subtitle file, and in which line.
public struct SubtitleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of fault.
    public enum Code: Hashable, Sendable {
        case tooLarge(limit: Int)
        case tooManyCues(limit: Int)
        case notUTF8
        case missingSignature
        case malformedTime
        case endsBeforeItStarts
        case textOutsideCue
    }

    public let code: Code
    /// Counted from 1, as editors do.
    public let line: Int

    public init(_ code: Code, line: Int) {
        self.code = code
        self.line = line
    }

    public var description: String {
        let problem =
            switch code {
            case .tooLarge(let limit): "the file is larger than \(limit) bytes; split it"
            case .tooManyCues(let limit): "the file has more than \(limit) subtitles; split it"
            case .notUTF8: "the text is not UTF-8; convert it, for example with iconv"
            case .missingSignature: "the file does not begin with WEBVTT, so it is not WebVTT"
            case .malformedTime: "a time is not of the form 00:01:02.345 --> 00:01:04.000"
            case .endsBeforeItStarts: "the subtitle ends before it starts"
            case .textOutsideCue: "there is text that belongs to no subtitle"
            }
        return "line \(line): \(problem)."
    }
}

/// How much a subtitle file may hold. A day of speech takes 3 MB; a file of nothing but line breaks takes sixteen times
/// its size in memory.
public struct SubtitleLimits: Sendable, Hashable {
    public var bytes: Int
    public var cues: Int

    public init(bytes: Int = 8 << 20, cues: Int = 500_000) {
        self.bytes = bytes
        self.cues = cues
    }
}
