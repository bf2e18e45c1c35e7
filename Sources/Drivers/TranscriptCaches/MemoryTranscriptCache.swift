public import Jobs
public import Transcription
public import Transcripts

/// Transcripts in memory: the default, because texts reach a disk only when that was asked for.
public actor MemoryTranscriptCache: TranscriptCache {
    private let clock: any JobClock
    private var list: RecencyList
    private var transcripts: [String: Transcript] = [:]
    private var hits = 0
    private var misses = 0
    private var evictions = 0

    public init(_ limits: CacheLimits, clock: any JobClock) {
        self.clock = clock
        list = RecencyList(limits: limits.list)
    }

    public func transcript(for key: String) -> Transcript? {
        let found = peek(key)
        if found == nil { misses += 1 } else { hits += 1 }
        return found
    }

    public func peek(_ key: String) -> Transcript? {
        guard list.use(key, now: clock.now().monotonic), let found = transcripts[key] else {
            drop(key)
            return nil
        }
        return found
    }

    public func store(_ transcript: Transcript, for key: String) {
        transcripts[key] = transcript
        for evicted in list.insert(key, bytes: transcript.estimatedBytes, now: clock.now().monotonic) {
            transcripts[evicted] = nil
            evictions += 1
        }
    }

    public func remove(_ key: String) { drop(key) }

    private func drop(_ key: String) {
        _ = list.remove(key)
        transcripts[key] = nil
    }

    public func clear() {
        list.removeAll()
        transcripts = [:]
    }

    public func statistics() -> CacheStatistics {
        list.statistics(hits: hits, misses: misses, evictions: evictions)
    }
}

extension Transcript {
    /// What it takes in memory, near enough for a bound: strings of up to 15 bytes lie inside their owner.
    var estimatedBytes: Int {
        func size(_ text: String) -> Int { text.utf8.count > 15 ? text.utf8.count + 32 : 0 }
        var sum = MemoryLayout<Transcript>.size + warnings.reduce(0) { $0 + 16 + size($1) }
        for segment in segments {
            sum += MemoryLayout<Segment>.stride + size(segment.text)
            sum += segment.words.reduce(0) { $0 + MemoryLayout<Word>.stride + size($1.text) }
        }
        return sum + timeline.count * MemoryLayout<Stretch>.stride
    }
}
