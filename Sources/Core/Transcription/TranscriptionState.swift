import Transcripts

/// Decides what one transcription does next. It knows samples, chunks and outcomes; the pipeline that owns it acts.
///
///     decoding ──► detecting windows, one at a time ──► chunks ──► recognising, up to `concurrency` side by side
///
/// A chunk goes waiting → running → done; waiting again after its first crash, or once for a second look.
struct TranscriptionState {
    enum Event {
        case decoded(samples: Int, isFinal: Bool)
        case detected(spans: [Range<Int>])
        case recognised(Int, Recognition)
        /// An earlier try finished this chunk.
        case restored(Int, ChunkOutcome)
        case broke(Int, EngineError)
        /// Speakers are told apart, or cannot be.
        case diarized
    }

    enum Action: Equatable {
        case detect(Range<Int>)
        case recognise(Chunk, isSecondLook: Bool)
        /// All speech is known: who speaks it can be found out.
        case diarize([Range<Int>])
        case finish
        /// Nothing can be recognised any more.
        case fail(EngineError)
    }

    /// The first windows are short, so that recognition starts at once.
    static let windows = [15.0, 30.0, 60.0].map(PCMFormat.sample(at:))
    /// Speech that ends this near to a window's end may go on in the next.
    static let openEnd = PCMFormat.sample(at: 0.6)
    /// Sound before an open span that the next window hears again.
    static let runUp = PCMFormat.sample(at: 0.5)
    /// Crashes after which a chunk is given up.
    static let crashLimit = 2

    private struct Running {
        var chunk: Chunk
        var crashes = 0
        var firstLook: (recognition: Recognition, flags: [SegmentFlag])?
    }

    private(set) var decoded = 0
    private(set) var isDecoded = false
    private var window: Range<Int>?
    private var windowsDone = 0
    /// Up to here all speech is known.
    private var settled = 0
    private var planner: ChunkPlanner
    private var waiting: [Running] = []
    private var running: [Int: Running] = [:]
    private(set) var outcomes: [Int: (chunk: Chunk, outcome: ChunkOutcome)] = [:]
    private let concurrency: Int
    /// A doubtful result is worth a second look where that costs no money.
    private let looksTwice: Bool
    private var isOver = false
    /// Where speech is, as far as it is known; kept for speakers only.
    private var speech: [Range<Int>] = []

    private enum Speakers { case unwanted, waiting, running, known }
    private var speakers: Speakers

    init(concurrency: Int, input: RecognizerInput = .pcm, findsSpeakers: Bool = false) {
        speakers = findsSpeakers ? .waiting : .unwanted
        self.concurrency = max(1, concurrency)
        looksTwice = input == .pcm
        planner = ChunkPlanner(limits: ChunkPlanner.Limits(for: input))
    }

    mutating func event(_ event: Event) -> [Action] {
        guard !isOver else { return [] }
        switch event {
        case .decoded(let samples, let isFinal):
            decoded = max(decoded, samples)
            isDecoded = isDecoded || isFinal
        case .detected(let spans):
            take(spans)
        case .recognised(let number, let recognition):
            take(recognition, for: number)
        case .restored(let number, let outcome):
            if let entry = running.removeValue(forKey: number) { finish(entry.chunk, outcome) }
        case .diarized: speakers = .known
        case .broke(let number, let error):
            if let failure = take(error, for: number) {
                isOver = true
                return [.fail(failure)]
            }
        }
        return next()
    }

    // MARK: - What follows

    private mutating func next() -> [Action] {
        var actions: [Action] = []
        if window == nil, let range = nextWindow() {
            window = range
            actions.append(.detect(range))
        } else if window == nil, isDecoded, settled >= decoded {
            waiting += planner.finish(end: decoded).map { Running(chunk: $0) }
        }
        while running.count < concurrency, !waiting.isEmpty {
            let entry = waiting.removeFirst()
            running[entry.chunk.number] = entry
            actions.append(.recognise(entry.chunk, isSecondLook: entry.firstLook != nil))
        }
        if speakers == .waiting, window == nil, isDecoded, settled >= decoded {
            speakers = .running
            actions.append(.diarize(speech))
        }
        if actions.isEmpty, running.isEmpty, window == nil, isDecoded, settled >= decoded, speakers != .running {
            isOver = true
            return [.finish]
        }
        return actions
    }

    private func nextWindow() -> Range<Int>? {
        let length = Self.windows[min(windowsDone, Self.windows.count - 1)]
        let available = decoded - settled
        guard available > 0, available >= length || isDecoded else { return nil }
        return settled..<settled + min(length, available)
    }

    // MARK: - Speech

    /// Keeps the spans that are surely over; one that touches the window's end is heard again from its beginning.
    private mutating func take(_ spans: [Range<Int>]) {
        guard let range = window else { return }
        window = nil
        windowsDone += 1
        let isLast = isDecoded && range.upperBound >= decoded
        var closed = spans.map { $0.clamped(to: range) }.filter { !$0.isEmpty }
        var end = range.upperBound
        if !isLast, let last = closed.last, last.upperBound > range.upperBound - Self.openEnd {
            let restart = max(last.lowerBound - Self.runUp, closed.dropLast().last?.upperBound ?? range.lowerBound)
            // Speech through the whole window is cut here: hearing it again would never end.
            if restart > range.lowerBound + Self.runUp {
                closed.removeLast()
                end = restart
            }
        } else if !isLast {
            end = max(range.upperBound - Self.runUp, closed.last?.upperBound ?? range.lowerBound)
        }
        settled = max(end, settled)
        if speakers != .unwanted { speech += closed }
        waiting += planner.add(closed, settled: settled).map { Running(chunk: $0) }
    }

    // MARK: - Chunks

    private mutating func take(_ recognition: Recognition, for number: Int) {
        guard var entry = running.removeValue(forKey: number) else { return }
        let speech = entry.chunk.speech.reduce(0) { $0 + $1.count }
        let words = WordPlacement.words(of: recognition, in: entry.chunk).map(\.text)
        let flags = Plausibility.flags(words, speech: PCMFormat.seconds(speech))
        if let first = entry.firstLook {
            let isBetter = flags.count < first.flags.count
            let best = isBetter ? (recognition, flags) : first
            finish(entry.chunk, .recognised(best.0, flags: best.1 + [.retried]))
        } else if flags.isEmpty || !looksTwice {
            finish(entry.chunk, .recognised(recognition, flags: flags))
        } else {
            entry.firstLook = (recognition, flags)
            waiting.insert(entry, at: 0)
        }
    }

    /// Returns an error that ends everything; anything else costs at most this chunk.
    private mutating func take(_ error: EngineError, for number: Int) -> EngineError? {
        guard var entry = running.removeValue(forKey: number) else { return nil }
        switch error.code {
        case .unusable, .unknownLanguage, .cancelled:
            return error
        case .crashed, .timedOut:
            entry.crashes += 1
            if let first = entry.firstLook {
                finish(entry.chunk, .recognised(first.recognition, flags: first.flags))
            } else if entry.crashes < Self.crashLimit {
                waiting.insert(entry, at: 0)
            } else {
                finish(entry.chunk, .failed(reason: error.description))
            }
        case .failed:
            let outcome = entry.firstLook.map { ChunkOutcome.recognised($0.recognition, flags: $0.flags) }
            finish(entry.chunk, outcome ?? .failed(reason: error.description))
        }
        return nil
    }

    private mutating func finish(_ chunk: Chunk, _ outcome: ChunkOutcome) {
        outcomes[chunk.number] = (chunk, outcome)
    }

    // MARK: - Progress

    /// The sample before which nothing changes any more.
    var frontier: Int {
        let open = (waiting + running.values).map(\.chunk.range.lowerBound)
        return isOver ? decoded : min(open.min() ?? settled, settled)
    }

    /// Samples whose fate is known: recognised or failed chunks and the silence before what is still to do.
    var doneSamples: Int {
        let frontier = frontier
        let ahead = outcomes.values.filter { $0.chunk.range.lowerBound >= frontier }
        // Chunks may overlap by a little.
        return isOver ? decoded : min(decoded, frontier + ahead.reduce(0) { $0 + $1.chunk.range.count })
    }
}
