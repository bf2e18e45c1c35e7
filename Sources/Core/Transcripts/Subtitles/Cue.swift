/// One subtitle: what is shown from `start` until `end`.
public struct Cue: Sendable, Hashable {
    /// Milliseconds from the start of the media.
    public var start: Int
    /// Milliseconds from the start of the media; after `start`.
    public var end: Int
    /// The lines as they are shown, none of them empty.
    public var lines: [String]
    /// Who speaks; WebVTT's voice.
    public var speaker: String?
    /// The cue's own name (WebVTT) or number (SubRip) as it was read; renderers number anew.
    public var identifier: String?
    /// WebVTT's cue settings (`position:10% align:start`) as they were read.
    public var settings: String?

    public init(
        start: Int, end: Int, lines: [String], speaker: String? = nil, identifier: String? = nil,
        settings: String? = nil
    ) {
        self.start = start
        self.end = end
        self.lines = lines
        self.speaker = speaker
        self.identifier = identifier
        self.settings = settings
    }

    /// The lines as one: with a space between them, or none between scripts that write without spaces.
    public var text: String {
        var result = ""
        for line in lines {
            if let last = result.last, let first = line.first, !(last.standsAlone && first.standsAlone) {
                result += " "
            }
            result += line
        }
        return result
    }

    /// The lines in a form that every reader takes: one line each, none empty, no control characters.
    var visibleLines: [String] { lines.map(\.singleLine).filter { !$0.isEmpty } }
}
