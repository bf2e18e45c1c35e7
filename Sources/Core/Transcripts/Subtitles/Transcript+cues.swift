extension Transcript {
    /// The transcript as subtitles.
    ///
    /// - Parameters:
    ///   - shape: what a subtitle may hold; `nil` makes one cue of one line from each segment.
    ///   - speakerLabels: begin the first cue of each turn with `SPEAKER_00: `, for formats without voices. Each cue
    ///     carries its speaker either way.
    public func cues(shape: SubtitleShape?, speakerLabels: Bool) -> [Cue] {
        var cues: [Cue] = []
        var speaker: String?
        for segment in inOrderOfTime {
            var segment = segment
            segment.text = segment.text.singleLine
            guard !segment.text.isEmpty else { continue }
            let label = segment.speakerLabel
            let isNewTurn = speakerLabels && label != speaker
            speaker = label
            var own = segment.cues(shape: shape, label: isNewTurn ? label : nil)
            for index in own.indices { own[index].speaker = label }
            cues += own
        }
        // The pieces of segments that overlap may interleave; the sort keeps equal times in their order.
        cues = cues.enumerated().sorted { ($0.element.start, $0.offset) < ($1.element.start, $1.offset) }
            .map(\.element)
        CueTiming(
            minimumDuration: shape?.minimumDuration ?? 1, mediaEnd: Timecode.milliseconds(duration),
            readingTime: { shape?.readingTime(width: $0.lines.reduce(0) { $0 + $1.width }) ?? 0 },
            maximumDuration: shape?.maximumDuration ?? Timecode.latest
        ).apply(to: &cues)
        return cues
    }

    private var inOrderOfTime: [Segment] {
        segments.enumerated().sorted {
            (Timecode.milliseconds($0.element.span.start), $0.offset)
                < (Timecode.milliseconds($1.element.span.start), $1.offset)
        }.map(\.element)
    }
}

extension Segment {
    /// The segment's cues with the times of their words; the text is one line already.
    fileprivate func cues(shape: SubtitleShape?, label: String?) -> [Cue] {
        let prefix = label.map { "\($0): " } ?? ""
        guard let shape else {
            let start = Timecode.milliseconds(span.start)
            return [Cue(start: start, end: Timecode.milliseconds(span.end), lines: [prefix + text])]
        }
        let tokens = labelTokens(label, maxWidth: shape.maxLineLength)
        let breaker = LineBreaker(maxWidth: shape.maxLineLength)
        return CueSplitter(shape: shape).ranges(of: tokens).map { range in
            let part = tokens[range]
            let end = part.reduce(0) { max($0, $1.end) }
            return Cue(start: tokens[range.lowerBound].start, end: end, lines: breaker.lines(of: part))
        }
    }

    /// The tokens, led by those of the speaker's name, which take the time of the first word.
    private func labelTokens(_ label: String?, maxWidth: Int) -> [SubtitleToken] {
        var tokens = SubtitleToken.tokens(of: self, maxWidth: maxWidth)
        guard let label, let first = tokens.first else { return tokens }
        let name = Segment(span: TimeSpan(start: 0, end: 0), text: "\(label):")
        var lead = SubtitleToken.tokens(of: name, maxWidth: maxWidth)
        for index in lead.indices {
            lead[index].start = first.start
            lead[index].end = first.start
            lead[index].seam = min(lead[index].seam, .word)
        }
        tokens[0].followsSpace = true
        return lead + tokens
    }
}
