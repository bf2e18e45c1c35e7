public import Jobs
import Synchronization
import Testing
public import Transcription
public import Transcripts

/// What every transcript cache must do, whatever it keeps its entries in.
public struct TranscriptCacheConformance: Sendable {
    /// Makes an empty cache for so many entries and bytes, with 100 s to live.
    public typealias Make =
        @Sendable (_ entries: Int, _ bytes: Int, _ clock: StandingClock) async throws ->
        any TranscriptCache

    private let make: Make

    public init(_ make: @escaping Make) {
        self.make = make
    }

    public static func key(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 64 - digits.count) + digits
    }

    public static func transcript(_ text: String, words: Int = 1) -> Transcript {
        let span = TimeSpan(start: 0.5, end: 1.25)
        let word = Word(span: span, text: text, confidence: 0.5)
        return Transcript(
            duration: 2, language: "en", engine: "test", model: "m",
            segments: [Segment(span: span, text: text, words: Array(repeating: word, count: words))],
            timeline: [Stretch(span: TimeSpan(start: 0, end: 2), kind: .speech)], warnings: ["w"])
    }

    public func everything() async throws {
        try await returnsWhatWasStored()
        try await forgetsTheLeastRecentlyUsed()
        try await forgetsByBytes()
        try await forgetsByAge()
        try await clears()
        try await servesManyAtOnce()
    }

    private func returnsWhatWasStored() async throws {
        let cache = try await make(10, 1 << 20, StandingClock())
        #expect(await cache.transcript(for: Self.key(1)) == nil)
        await cache.store(Self.transcript("one"), for: Self.key(1))
        await cache.store(Self.transcript("two"), for: Self.key(2))
        #expect(await cache.transcript(for: Self.key(1)) == Self.transcript("one"))
        #expect(await cache.transcript(for: Self.key(2)) == Self.transcript("two"))
        await cache.store(Self.transcript("three"), for: Self.key(1))
        #expect(await cache.transcript(for: Self.key(1)) == Self.transcript("three"))
        #expect(await cache.peek(Self.key(1)) == Self.transcript("three"))
        await cache.remove(Self.key(1))
        #expect(await cache.peek(Self.key(1)) == nil)
        #expect(await cache.transcript(for: Self.key(1)) == nil)
        let statistics = await cache.statistics()
        #expect(statistics.hits == 3 && statistics.misses == 2 && statistics.entries == 1)
        #expect(statistics.keys == [Self.key(2)] && statistics.bytes > 0 && statistics.evictions == 0)
        #expect(statistics.hitRate == 0.6)
    }

    private func forgetsTheLeastRecentlyUsed() async throws {
        let cache = try await make(3, 1 << 20, StandingClock())
        for number in 1...3 { await cache.store(Self.transcript("\(number)"), for: Self.key(number)) }
        _ = await cache.transcript(for: Self.key(1))
        await cache.store(Self.transcript("4"), for: Self.key(4))
        #expect(await cache.statistics().keys == [4, 1, 3].map(Self.key))
        #expect(await cache.transcript(for: Self.key(2)) == nil)
        #expect(await cache.statistics().evictions == 1)
    }

    private func forgetsByBytes() async throws {
        let cache = try await make(100, 20_000, StandingClock())
        for number in 1...50 { await cache.store(Self.transcript("\(number)", words: 20), for: Self.key(number)) }
        let statistics = await cache.statistics()
        #expect(statistics.bytes <= 20_000 && statistics.entries > 0 && statistics.entries < 50)
        #expect(await cache.transcript(for: Self.key(50)) != nil)
        // One that is larger than everything is not kept, and costs no other.
        await cache.store(Self.transcript("huge", words: 10_000), for: Self.key(99))
        #expect(await cache.transcript(for: Self.key(99)) == nil)
        #expect(await cache.statistics().entries == statistics.entries)
    }

    private func forgetsByAge() async throws {
        let clock = StandingClock()
        let cache = try await make(10, 1 << 20, clock)
        await cache.store(Self.transcript("one"), for: Self.key(1))
        clock.advance(by: 99)
        #expect(await cache.transcript(for: Self.key(1)) != nil)
        clock.advance(by: 2)
        #expect(await cache.transcript(for: Self.key(1)) == nil)
        #expect(await cache.statistics().entries == 0)
    }

    private func clears() async throws {
        let cache = try await make(10, 1 << 20, StandingClock())
        for number in 1...5 { await cache.store(Self.transcript("\(number)"), for: Self.key(number)) }
        await cache.clear()
        let statistics = await cache.statistics()
        #expect(statistics.entries == 0 && statistics.bytes == 0 && statistics.keys.isEmpty)
        #expect(await cache.transcript(for: Self.key(3)) == nil)
    }

    private func servesManyAtOnce() async throws {
        let cache = try await make(20, 1 << 20, StandingClock())
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let key = number % 30
                    await cache.store(Self.transcript("\(key)"), for: Self.key(key))
                    let found = await cache.transcript(for: Self.key(key))
                    return found == nil || found == Self.transcript("\(key)")
                }
            }
            for await isRight in group { #expect(isRight) }
        }
        #expect(await cache.statistics().entries <= 20)
    }
}

/// A clock that moves only when it is told to.
public final class StandingClock: JobClock {
    private let instant: Mutex<JobInstant>

    public init(_ start: JobInstant = JobInstant(monotonic: 1000, wall: 1_700_000_000)) {
        instant = Mutex(start)
    }

    public func now() -> JobInstant { instant.withLock(\.self) }

    public func advance(by seconds: Double) {
        instant.withLock {
            $0.monotonic += seconds
            $0.wall += seconds
        }
    }
}
