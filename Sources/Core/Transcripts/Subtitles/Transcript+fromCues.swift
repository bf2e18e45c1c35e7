extension Transcript {
    /// A transcript made of subtitles: a segment for each cue in order of time, silence where none is shown.
    ///
    /// - Parameters:
    ///   - duration: seconds of the media; `nil` when only the subtitles are known, then the last one ends it.
    ///   - engine, model: what the result names as its source.
    public init(
        cues: [Cue], duration: Double? = nil, language: String? = nil, engine: String, model: String
    ) {
        let ordered = cues.enumerated().sorted { ($0.element.start, $0.offset) < ($1.element.start, $1.offset) }
            .map(\.element)
        let segments = ordered.map { cue in
            Segment(
                span: TimeSpan(start: Double(cue.start) / 1_000, end: Double(cue.end) / 1_000), text: cue.text,
                speaker: cue.speaker)
        }
        let lastEnd = segments.reduce(0) { max($0, $1.span.end) }
        let length = max(duration ?? 0, lastEnd)
        self.init(
            duration: length, language: language, engine: engine, model: model, segments: segments,
            timeline: Self.timeline(of: segments.map(\.span), duration: length))
    }

    /// Speech where the spans are, silence between them; the spans are in order of their starts and may overlap.
    private static func timeline(of spans: [TimeSpan], duration: Double) -> [Stretch] {
        var timeline: [Stretch] = []
        var reached = 0.0
        for span in spans where span.end > max(reached, span.start) {
            if span.start > reached {
                timeline.append(Stretch(span: TimeSpan(start: reached, end: span.start), kind: .silence))
                reached = span.start
            }
            if let last = timeline.indices.last, timeline[last].kind == .speech {
                timeline[last].span.end = span.end
            } else {
                timeline.append(Stretch(span: TimeSpan(start: reached, end: span.end), kind: .speech))
            }
            reached = span.end
        }
        if reached < duration {
            timeline.append(Stretch(span: TimeSpan(start: reached, end: duration), kind: .silence))
        }
        return timeline
    }
}
