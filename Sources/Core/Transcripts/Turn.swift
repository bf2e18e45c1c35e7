/// What one speaker says until the next begins: neighbouring segments of one speaker, those without text left out.
struct Turn {
    var speaker: String?
    var span: TimeSpan
    /// The segments' texts, each on one line, with their starts in seconds.
    var pieces: [(start: Double, text: String)]

    var text: String { pieces.map(\.text).joined(separator: " ") }
}

extension Transcript {
    /// The turns in order; one turn holds everything when no speakers are known.
    var turns: [Turn] {
        var turns: [Turn] = []
        for segment in segments {
            let text = segment.text.singleLine
            guard !text.isEmpty else { continue }
            let speaker = segment.speakerLabel
            if let last = turns.indices.last, turns[last].speaker == speaker {
                turns[last].pieces.append((segment.span.start, text))
                turns[last].span.end = max(turns[last].span.end, segment.span.end)
            } else {
                turns.append(Turn(speaker: speaker, span: segment.span, pieces: [(segment.span.start, text)]))
            }
        }
        return turns
    }
}

extension Segment {
    /// The speaker's name on one line; `nil` when there is none or nothing of it can be seen.
    var speakerLabel: String? {
        let label = speaker?.singleLine ?? ""
        return label.isEmpty ? nil : label
    }
}
