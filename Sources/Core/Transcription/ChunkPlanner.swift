/// A piece of audio that is recognised at once: the unit of scheduling, of progress and of loss.
public struct Chunk: Sendable, Hashable, Codable {
    /// Counted from 0 in the order of time.
    public let number: Int
    /// Samples to recognise, padding included.
    public let range: Range<Int>
    /// Where the detector heard speech inside it.
    public let speech: [Range<Int>]

    public init(number: Int, range: Range<Int>, speech: [Range<Int>]) {
        self.number = number
        self.range = range
        self.speech = speech
    }
}

/// Joins spans of speech into chunks of at most 28 s that are cut at silences, while the spans still arrive.
public struct ChunkPlanner: Sendable {
    public struct Limits: Sendable, Hashable {
        /// The longest chunk: what Whisper's 30 s window holds with a margin.
        public var longest = PCMFormat.sample(at: 28)
        /// Sound kept before and after speech; a lost word costs more than a little silence.
        public var padding = PCMFormat.sample(at: 0.25)
        /// Spans further apart never share a chunk.
        public var widestGap = PCMFormat.sample(at: 5)
        /// A cut before this much of a chunk would waste the window.
        public var earliestCut = PCMFormat.sample(at: 12)
        /// Sound beyond a cut that both sides hear when the silence there is shorter than `tightGap`; 0 never overlaps.
        public var overlap = 0
        /// A shorter silence may hide the end of a word.
        public var tightGap = 0

        /// What spans may fill: the rest is for sound around them.
        var room: Int { longest - 2 * max(padding, overlap) }

        public init() {}
    }

    private let limits: Limits
    private var waiting: [Range<Int>] = []
    private var nextNumber = 0
    /// The end of the last chunk that was given out, so that two never overlap.
    private var floor = 0
    /// The last cut was made where no silence was.
    private var isCutTight = false
    /// Audio is known to exist up to here.
    private var known = 0

    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Takes spans in order; `settled` says up to where no further span will appear. Returns the chunks that are certain.
    public mutating func add(_ spans: [Range<Int>], settled: Int) -> [Chunk] {
        var chunks: [Chunk] = []
        known = max(known, settled)
        for span in spans.flatMap(bounded) {
            if let last = waiting.last, span.lowerBound - last.upperBound > limits.widestGap {
                chunks.append(take(waiting.count, before: span.lowerBound))
            }
            while let first = waiting.first, span.upperBound - first.lowerBound > limits.room {
                chunks.append(take(bestCut(), before: span.lowerBound))
            }
            waiting.append(span)
        }
        if let last = waiting.last, settled - last.upperBound > limits.widestGap {
            chunks.append(take(waiting.count, before: settled))
        }
        return chunks
    }

    /// The rest, once all of the audio is known.
    public mutating func finish(end: Int) -> [Chunk] {
        known = max(known, end)
        return waiting.isEmpty ? [] : [take(waiting.count, before: end)]
    }

    /// A detector that breaks its promise about length costs a badly placed cut, not a chunk that no engine takes.
    private func bounded(_ span: Range<Int>) -> [Range<Int>] {
        SpeechSpans.split(span, longest: limits.room) { _ in 0 }
    }

    /// How many waiting spans the next chunk takes: up to the widest silence that is late enough, else all of them.
    private func bestCut() -> Int {
        guard let first = waiting.first else { return 0 }
        var best = waiting.count
        var widest = 0
        for index in waiting.indices.dropFirst() where waiting[index].lowerBound - first.lowerBound > limits.earliestCut
        {
            let gap = waiting[index].lowerBound - waiting[index - 1].upperBound
            if gap >= widest {
                widest = gap
                best = index
            }
        }
        return best
    }

    private mutating func take(_ count: Int, before limit: Int) -> Chunk {
        let speech = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        let following = waiting.first?.lowerBound ?? limit
        let start = speech[0].lowerBound
        let end = speech[speech.count - 1].upperBound
        // Padding ends in the middle of the silence between two chunks.
        let lower = isCutTight ? max(0, start - limits.overlap) : max(floor, start - limits.padding)
        isCutTight = following - end < limits.tightGap
        let padded = max(end, min(end + limits.padding, end + (following - end) / 2, max(limit, end)))
        let upper = isCutTight ? max(padded, min(end + limits.overlap, known)) : padded
        floor = upper
        defer { nextNumber += 1 }
        return Chunk(number: nextNumber, range: min(lower, start)..<upper, speech: speech)
    }
}
