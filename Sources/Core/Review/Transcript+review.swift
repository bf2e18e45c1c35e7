public import Transcripts

extension Transcript {
    /// The transcript as its reader left it.
    public func reviewed(by review: Review) -> Transcript {
        guard review.canUndo else { return self }
        var result = self
        for (number, text) in review.texts where result.segments.indices.contains(number) {
            result.segments[number] = result.segments[number].saying(text)
        }
        let names = review.speakers
        if !names.isEmpty { result.rename(names) }
        return result
    }

    private mutating func rename(_ names: [String: String]) {
        func name(_ label: String?) -> String? { label.map { names[$0] ?? $0 } }
        for index in segments.indices {
            segments[index].speaker = name(segments[index].speaker)
            for word in segments[index].words.indices {
                segments[index].words[word].speaker = name(segments[index].words[word].speaker)
            }
        }
        for index in speakerTurns.indices {
            speakerTurns[index].speaker = names[speakerTurns[index].speaker] ?? speakerTurns[index].speaker
        }
    }
}

extension Segment {
    /// The segment with another text: words that stayed keep their times, new ones share the time between them.
    public func saying(_ text: String) -> Segment {
        var result = self
        result.text = text
        guard !words.isEmpty else { return result }
        let spoken = text.split(whereSeparator: \.isWhitespace).map(String.init)
        let kept = WordAlignment.pairs(words.map(\.text), spoken)
        var aligned: [Word] = spoken.map { Word(span: span, text: $0, speaker: speaker, isEstimated: true) }
        for (old, new) in kept {
            aligned[new] = words[old]
            aligned[new].text = spoken[new]
        }
        result.words = Self.placed(aligned, known: Set(kept.map(\.new)), within: span)
        return result
    }

    /// Words without a time are placed evenly between their neighbours that have one.
    private static func placed(_ words: [Word], known: Set<Int>, within span: TimeSpan) -> [Word] {
        var words = words
        var index = 0
        while index < words.count {
            guard !known.contains(index) else {
                index += 1
                continue
            }
            var end = index
            while end < words.count, !known.contains(end) { end += 1 }
            let from = index > 0 ? words[index - 1].span.end : span.start
            let until = end < words.count ? words[end].span.start : span.end
            let step = max(0, until - from) / Double(end - index)
            for place in index..<end {
                let start = from + step * Double(place - index)
                words[place].span = TimeSpan(start: start, end: start + step)
            }
            index = end
        }
        return words
    }
}

/// Which words of one text are those of another: the longest common subsequence, punctuation and case apart.
enum WordAlignment {
    /// Texts with more pairs than this are compared at their ends only.
    private static let mostCells = 4_000_000

    static func pairs(_ old: [String], _ new: [String]) -> [(old: Int, new: Int)] {
        let (a, b) = (old.map(plain), new.map(plain))
        var first = 0
        while first < min(a.count, b.count), a[first] == b[first] { first += 1 }
        var last = 0
        while last < min(a.count, b.count) - first, a[a.count - 1 - last] == b[b.count - 1 - last] { last += 1 }
        var pairs = (0..<first).map { (old: $0, new: $0) }
        let (rows, columns) = (a.count - first - last, b.count - first - last)
        if rows > 0, columns > 0, rows * columns <= mostCells {
            pairs += common(Array(a[first..<(first + rows)]), Array(b[first..<(first + columns)]))
                .map { (old: $0 + first, new: $1 + first) }
        }
        pairs += (0..<last).reversed().map { (old: a.count - 1 - $0, new: b.count - 1 - $0) }
        return pairs
    }

    private static func plain(_ word: String) -> String {
        let core = word.lowercased().filter { $0.isLetter || $0.isNumber }
        return core.isEmpty ? word : core
    }

    private static func common(_ a: [String], _ b: [String]) -> [(Int, Int)] {
        let width = b.count + 1
        var lengths = [Int](repeating: 0, count: (a.count + 1) * width)
        for i in a.indices.reversed() {
            for j in b.indices.reversed() {
                lengths[i * width + j] =
                    a[i] == b[j]
                    ? lengths[(i + 1) * width + j + 1] + 1
                    : max(lengths[(i + 1) * width + j], lengths[i * width + j + 1])
            }
        }
        var (i, j) = (0, 0)
        var pairs: [(Int, Int)] = []
        while i < a.count, j < b.count {
            if a[i] == b[j] {
                pairs.append((i, j))
                (i, j) = (i + 1, j + 1)
            } else if lengths[(i + 1) * width + j] >= lengths[i * width + j + 1] {
                i += 1
            } else {
                j += 1
            }
        }
        return pairs
    }
}
