import Foundation
import Jobs
import Testing
import TranscriptCacheConformance
import TranscriptCaches
import Transcription
import Transcripts
import Workbench

@Suite("Transcript caches")
struct TranscriptCacheTests {
    private static func limits(_ entries: Int = 10, _ bytes: Int = 1 << 20) -> CacheLimits {
        CacheLimits(entries: entries, bytes: bytes, lifetime: 100)
    }

    @Test("the one in memory keeps the contract")
    func memory() async throws {
        try await TranscriptCacheConformance { MemoryTranscriptCache(Self.limits($0, $1), clock: $2) }.everything()
    }

    @Test("the one on disk keeps the contract")
    func disk() async throws {
        let bench = try Workbench()
        try await TranscriptCacheConformance { entries, bytes, clock in
            try await DiskTranscriptCache.open(
                folder: bench.path(UUID().uuidString), Self.limits(entries, bytes), clock: clock)
        }.everything()
    }

    @Test("what is on disk is found again after a restart, in the order of its age, and not beyond its life")
    func restart() async throws {
        let bench = try Workbench()
        let now = Date.now.timeIntervalSince1970
        let clock = StandingClock(JobInstant(monotonic: 5, wall: now))
        let folder = bench.path("cache")
        let first = try await DiskTranscriptCache.open(folder: folder, Self.limits(), clock: clock)
        for number in 1...3 {
            await first.store(
                TranscriptCacheConformance.transcript("\(number)"), for: TranscriptCacheConformance.key(number))
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: now - 60 + Double(number))],
                ofItemAtPath: "\(folder)/\(TranscriptCacheConformance.key(number)).json")
        }
        let second = try await DiskTranscriptCache.open(folder: folder, Self.limits(2), clock: clock)
        #expect(await second.statistics().keys == [3, 2].map(TranscriptCacheConformance.key))
        clock.advance(by: 50)
        #expect(await second.transcript(for: TranscriptCacheConformance.key(3)) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    }

    @Test("a damaged entry is absent, whatever the damage", arguments: 0..<200)
    func damage(seed: Int) async throws {
        let bench = try Workbench()
        let folder = bench.path("cache")
        let clock = StandingClock(JobInstant(monotonic: 5, wall: Date.now.timeIntervalSince1970))
        let cache = try await DiskTranscriptCache.open(folder: folder, Self.limits(), clock: clock)
        let key = TranscriptCacheConformance.key(1)
        await cache.store(TranscriptCacheConformance.transcript("one"), for: key)
        await cache.store(TranscriptCacheConformance.transcript("two"), for: TranscriptCacheConformance.key(2))
        let path = "\(folder)/\(key).json"
        var bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        var generator = SeededGenerator(seed: UInt64(seed))
        switch seed % 4 {
        case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &generator))
        case 1:
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << Int.random(in: 0...7, using: &generator)
        case 2: bytes = Array(repeating: 0, count: bytes.count)
        default:
            bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(TranscriptCacheConformance.key(2)).json")))
        }
        try Data(bytes).write(to: URL(filePath: path))
        #expect(await cache.transcript(for: key) == nil)
        #expect(!FileManager.default.fileExists(atPath: path))
        await cache.store(TranscriptCacheConformance.transcript("one"), for: key)
        #expect(await cache.transcript(for: key) != nil)
    }

    @Test("a key that is no digest reaches no file", arguments: ["", "../x", "a", String(repeating: "g", count: 64)])
    func hostileKey(key: String) async throws {
        let bench = try Workbench()
        let cache = try await DiskTranscriptCache.open(
            folder: bench.path("cache"), Self.limits(), clock: StandingClock())
        await cache.store(TranscriptCacheConformance.transcript("x"), for: key)
        #expect(await cache.transcript(for: key) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.path("cache")).isEmpty)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers for the same seed.
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
