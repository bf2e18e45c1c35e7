/// Lays the tokens of one cue out on the fewest lines that hold them, as even as possible, and rather broken behind
/// punctuation than inside a phrase.
struct LineBreaker {
    let maxWidth: Int

    /// What a break costs, in squared columns of unevenness it may cause.
    private static func cost(of seam: SubtitleToken.Seam) -> Double {
        switch seam {
        case .sentence: 0
        case .clause: 10
        case .word: 60
        case .insideWord: 100_000
        }
    }

    func lines(of tokens: ArraySlice<SubtitleToken>) -> [String] {
        var fill = LineFill(maxWidth: maxWidth)
        for token in tokens { fill.add(token) }
        guard fill.lines > 1 else { return tokens.isEmpty ? [] : [Self.text(of: tokens)] }

        let target = Double(fill.totalWidth) / Double(fill.lines)
        let count = tokens.count
        // best[line][end]: the least cost of laying tokens before `end` on `line` lines.
        var best = [[Double]](repeating: [Double](repeating: .infinity, count: count + 1), count: fill.lines + 1)
        var previous = [[Int]](repeating: [Int](repeating: 0, count: count + 1), count: fill.lines + 1)
        best[0][0] = 0
        for line in 1...fill.lines {
            for start in 0..<count where best[line - 1][start].isFinite {
                var width = 0
                for end in (start + 1)...count {
                    let token = tokens[tokens.startIndex + end - 1]
                    width += token.width + (end > start + 1 && token.followsSpace ? 1 : 0)
                    if width > maxWidth, end > start + 1 { break }
                    let unevenness = (Double(width) - target) * (Double(width) - target)
                    let cost = best[line - 1][start] + unevenness + (end == count ? 0 : Self.cost(of: token.seam))
                    if cost < best[line][end] {
                        best[line][end] = cost
                        previous[line][end] = start
                    }
                }
            }
        }
        return collect(previous, lines: fill.lines, tokens: tokens)
    }

    private func collect(_ previous: [[Int]], lines: Int, tokens: ArraySlice<SubtitleToken>) -> [String] {
        var result: [String] = []
        var end = tokens.count
        for line in stride(from: lines, to: 0, by: -1) {
            let start = previous[line][end]
            result.append(Self.text(of: tokens[tokens.startIndex + start..<tokens.startIndex + end]))
            end = start
        }
        return result.reversed()
    }

    private static func text(of tokens: ArraySlice<SubtitleToken>) -> String {
        var text = ""
        for (index, token) in tokens.enumerated() {
            if index > 0, token.followsSpace { text += " " }
            text += token.text
        }
        return text
    }
}
