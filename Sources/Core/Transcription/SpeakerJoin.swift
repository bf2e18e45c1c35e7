package import Transcripts

/// Gives each word its speaker: one sweep over words and turns, both in order of time.
package struct SpeakerJoin {
    private let turns: [SpeakerTurn]
    /// Turns before this one end before any word that is still to come.
    private var first = 0
    /// The one of those before it that ends last.
    private var latest: SpeakerTurn?
    private var last = 0.0

    /// - Parameter turns: in order of their beginning.
    package init(_ turns: [SpeakerTurn]) {
        self.turns = turns
    }

    /// The number of the speaker of most of the word; where nobody speaks, of the nearest turn. `nil` without turns.
    package mutating func speaker(of span: TimeSpan) -> Int? {
        // Neighbouring chunks may overlap by a word.
        if span.start < last { (first, latest) = (0, nil) }
        last = span.start
        while first < turns.count, turns[first].end <= span.start {
            if turns[first].end > latest?.end ?? -1 { latest = turns[first] }
            first += 1
        }
        var best = latest
        for turn in turns[first...] {
            if turn.shared(with: span) > best?.shared(with: span) ?? -.infinity { best = turn }
            // Those behind it begin later still.
            if turn.start >= span.end { break }
        }
        return best?.speaker
    }
}

extension SpeakerTurn {
    /// Seconds that they share; less than nothing is how far apart they are.
    fileprivate func shared(with span: TimeSpan) -> Double { min(end, span.end) - max(start, span.start) }

    fileprivate var start: Double { PCMFormat.seconds(range.lowerBound) }
    fileprivate var end: Double { PCMFormat.seconds(range.upperBound) }

    /// `SPEAKER_00` …, the names speakers have everywhere.
    static func name(_ number: Int) -> String { "SPEAKER_\(number < 10 ? "0" : "")\(number)" }

    /// As the transcript tells it.
    var told: SpokenTurn {
        SpokenTurn(
            span: TimeSpan(start: (start * 1000).rounded() / 1000, end: (end * 1000).rounded() / 1000),
            speaker: name ?? Self.name(speaker), confidence: confidence, isOverlapped: isOverlapped)
    }
}
