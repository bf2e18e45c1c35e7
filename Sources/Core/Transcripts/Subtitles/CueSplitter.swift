/// Cuts a segment's tokens into cues, each small enough to be shown at once.
///
/// The cheapest sequence of cues is found by dynamic programming; the cost prefers few cues that end with a sentence,
/// then with a clause, then at a pause. A cue that begins at token *i* ends within the tokens that fit the lines, so
/// the work grows with the text times the size of one cue.
struct CueSplitter {
    let shape: SubtitleShape

    private enum Cost {
        static let cue = 100.0
        static let sentenceInside = 15.0
        static let clauseEnd = 25.0
        static let wordEnd = 60.0
        static let insideWord = 1_000.0
        static let pauseBonus = 40.0
        static let longPauseInside = 120.0
        /// A cue of a word or two flashes by.
        static let scrap = 40.0
    }

    /// Milliseconds of silence that make a good place to break, and a place where a cue should not go on.
    private static let (pause, longPause) = (300, 2_000)

    /// The ranges of tokens that make one cue each, in order, together all tokens.
    func ranges(of tokens: [SubtitleToken]) -> [Range<Int>] {
        guard !tokens.isEmpty else { return [] }
        var best = [Double](repeating: .infinity, count: tokens.count + 1)
        var previous = [Int](repeating: 0, count: tokens.count + 1)
        best[0] = 0
        for start in tokens.indices {
            forEachCue(from: start, in: tokens) { end, cost in
                guard best[start] + cost < best[end] else { return }
                best[end] = best[start] + cost
                previous[end] = start
            }
        }
        var ranges: [Range<Int>] = []
        var end = tokens.count
        while end > 0 {
            ranges.append(previous[end]..<end)
            end = previous[end]
        }
        return ranges.reversed()
    }

    /// Every cue that may begin at `start`: its end and its cost. One token is always allowed.
    private func forEachCue(
        from start: Int, in tokens: [SubtitleToken], _ body: (_ end: Int, _ cost: Double) -> Void
    ) {
        var fill = LineFill(maxWidth: shape.maxLineLength)
        var inside = 0.0
        for index in start..<tokens.count {
            let token = tokens[index]
            fill.add(token)
            let isTooLong = token.end - tokens[start].start > shape.maximumDuration
            if index > start, fill.lines > shape.maxLines || isTooLong { return }
            let pause = index + 1 < tokens.count ? tokens[index + 1].start - token.end : 0
            let isLast = index + 1 == tokens.count
            var cost = Cost.cue + inside + (isLast ? 0 : endCost(of: token, pause: pause))
            if fill.totalWidth < shape.maxLineLength / 4, !(isLast && start == 0) { cost += Cost.scrap }
            body(index + 1, cost)
            if token.seam == .sentence { inside += Cost.sentenceInside }
            if pause >= Self.longPause { inside += Cost.longPauseInside }
        }
    }

    private func endCost(of token: SubtitleToken, pause: Int) -> Double {
        switch token.seam {
        case .sentence: 0
        case .clause: Cost.clauseEnd - (pause >= Self.pause ? Cost.clauseEnd : 0)
        case .word: Cost.wordEnd - (pause >= Self.pause ? Cost.pauseBonus : 0)
        case .insideWord: Cost.insideWord
        }
    }
}

/// Counts the lines that tokens take when each line is filled as far as it goes: the fewest possible.
struct LineFill {
    let maxWidth: Int
    private(set) var lines = 0
    private(set) var totalWidth = 0
    private var lineWidth = 0

    init(maxWidth: Int) { self.maxWidth = maxWidth }

    mutating func add(_ token: SubtitleToken) {
        let space = token.followsSpace ? 1 : 0
        if lines > 0, lineWidth + space + token.width <= maxWidth {
            lineWidth += space + token.width
            totalWidth += space
        } else {
            lines += 1
            lineWidth = token.width
        }
        totalWidth += token.width
    }
}
