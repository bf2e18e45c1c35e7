import Transcripts

/// Accounts for every sample: what is neither spoken nor skipped is silence.
struct Timeline {
    private let end: Int
    private var marked: [(range: Range<Int>, kind: Stretch.Kind, reason: String?)] = []

    init(end: Int) { self.end = end }

    mutating func speak(_ range: Range<Int>) { mark(range, .speech, nil) }

    mutating func skip(_ range: Range<Int>, _ reason: String) { mark(range, .skipped, reason) }

    /// Spans come in order and do not overlap; neighbours of one kind become one.
    private mutating func mark(_ range: Range<Int>, _ kind: Stretch.Kind, _ reason: String?) {
        let range = range.clamped(
            to: (marked.last?.range.upperBound ?? 0)..<max(end, marked.last?.range.upperBound ?? 0))
        guard !range.isEmpty else { return }
        if let last = marked.last, last.kind == kind, last.reason == reason, last.range.upperBound == range.lowerBound {
            marked[marked.count - 1].range = last.range.lowerBound..<range.upperBound
        } else {
            marked.append((range, kind, reason))
        }
    }

    func stretches() -> [Stretch] {
        var result: [Stretch] = []
        var position = 0
        func add(_ to: Int, _ kind: Stretch.Kind, _ reason: String?) {
            guard to > position else { return }
            let span = TimeSpan(start: PCMFormat.milliseconds(position), end: PCMFormat.milliseconds(to))
            result.append(Stretch(span: span, kind: kind, reason: reason))
            position = to
        }
        for (range, kind, reason) in marked {
            add(range.lowerBound, .silence, nil)
            add(range.upperBound, kind, reason)
        }
        add(end, .silence, nil)
        return result
    }
}

extension PCMFormat {
    /// Seconds rounded to whole milliseconds, the precision of every output format.
    static func milliseconds(_ sample: Int) -> Double { (seconds(sample) * 1000).rounded() / 1000 }
}
