/// How a transcript is written; every format takes what concerns it.
public struct RenderingOptions: Sendable, Hashable {
    /// The form of subtitles; `nil` writes one cue of one line for each segment, as it is.
    public var subtitleShape: SubtitleShape?
    /// JSON: write each segment's words.
    public var includesWords: Bool
    /// TXT: begin every line with its time, `[00:00]`.
    public var showsTimes: Bool
    /// Markdown: the heading. RTTM: the name of the recording. Usually the file's name.
    public var title: String?

    public init(
        subtitleShape: SubtitleShape? = SubtitleShape(), includesWords: Bool = false, showsTimes: Bool = false,
        title: String? = nil
    ) {
        self.subtitleShape = subtitleShape
        self.includesWords = includesWords
        self.showsTimes = showsTimes
        self.title = title
    }
}

extension Transcript {
    /// The transcript as one text of the format, ending in a line break unless it is empty.
    public func rendered(as format: OutputFormat, options: RenderingOptions = RenderingOptions()) -> String {
        switch format {
        case .txt:
            let text = options.showsTimes ? formattedText : plainText
            return text.isEmpty ? "" : text + "\n"
        case .srt: return SubRip.render(cues(shape: options.subtitleShape, speakerLabels: true))
        case .vtt: return WebVTT.render(cues(shape: options.subtitleShape, speakerLabels: false))
        case .tsv: return TabSeparated.render(self)
        case .json: return TranscriptJSON.encode(self, includesWords: options.includesWords) + "\n"
        case .md: return Markdown.render(self, title: options.title)
        case .rttm: return RTTM.render(self, recording: options.title ?? "audio")
        }
    }
}
