/// Markdown for reading: what the recording is, what to be careful about, then paragraphs with their times.
enum Markdown {
    /// A silence of this many seconds begins a new paragraph.
    static let paragraphPause = 2.0
    /// A paragraph longer than this many characters ends with its segment.
    static let paragraphLength = 600

    static func render(_ transcript: Transcript, title: String?) -> String {
        let heading = title.map(\.singleLine) ?? ""
        var blocks = ["# \(escaped(heading.isEmpty ? "Transcript" : heading))", facts(about: transcript)]
        blocks += transcript.warnings.map { "> \(escaped($0.singleLine))" }
        for paragraph in paragraphs(of: transcript) {
            let label = paragraph.speaker.map { "**\(escaped($0)):** " } ?? ""
            blocks.append("`[\(Timecode.clock(paragraph.span.start))]` \(label)\(escaped(paragraph.text))")
        }
        return blocks.joined(separator: "\n\n") + "\n"
    }

    private static func facts(about transcript: Transcript) -> String {
        var facts = ["Duration: \(Timecode.clock(transcript.duration))"]
        if let language = transcript.language { facts.append("Language: \(escaped(language.singleLine))") }
        facts.append("Engine: \(escaped(transcript.engine.singleLine)), model \(escaped(transcript.model.singleLine))")
        return facts.map { "- \($0)" }.joined(separator: "\n")
    }

    /// Turns, parted further at long silences and where a paragraph would grow past what is easy to read.
    private static func paragraphs(of transcript: Transcript) -> [Turn] {
        var paragraphs: [Turn] = []
        for segment in transcript.segments {
            let text = segment.text.singleLine
            guard !text.isEmpty else { continue }
            let speaker = segment.speakerLabel
            if let last = paragraphs.indices.last, paragraphs[last].speaker == speaker,
                segment.span.start - paragraphs[last].span.end < paragraphPause,
                paragraphs[last].pieces.reduce(0, { $0 + $1.text.count }) < paragraphLength
            {
                paragraphs[last].pieces.append((segment.span.start, text))
                paragraphs[last].span.end = max(paragraphs[last].span.end, segment.span.end)
            } else {
                paragraphs.append(Turn(speaker: speaker, span: segment.span, pieces: [(segment.span.start, text)]))
            }
        }
        return paragraphs
    }

    /// The text with everything escaped that Markdown could read as markup (CommonMark sections 2.4 and 5.2).
    ///
    /// Scalars, not characters, are looked at: a mark that combines with `*` does not take its meaning away.
    private static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        // A list marker is one only where the text begins: a dash, a plus, or digits with a dot or bracket behind.
        var beginsNumber = true
        for (index, scalar) in text.unicodeScalars.enumerated() {
            let isDigit = ("0"..."9").contains(scalar)
            let isMarkup = "\\`*_{}[]<>#|~&!".unicodeScalars.contains(scalar)
            let isBullet = index == 0 && "-+=".unicodeScalars.contains(scalar)
            let isNumbering = index > 0 && beginsNumber && ".)".unicodeScalars.contains(scalar)
            if isMarkup || isBullet || isNumbering { result.append("\\") }
            result.append(scalar)
            beginsNumber = beginsNumber && isDigit
        }
        return String(result)
    }
}
