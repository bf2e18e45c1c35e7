import EventLoops
import Redis
import RedisTesting
import Synchronization
import Testing
import TranscriptCacheConformance
import TranscriptCaches
import Transcription
import Transcripts

@Suite("The transcript cache in Redis", .enabled(if: RedisProcess.isInstalled, "needs redis-server"))
struct RedisTranscriptCacheTests {
    /// A loop, a server of its own and a client for one test.
    private struct Bench {
        let loop: EventLoop
        let server: RedisProcess
        let client: RedisClient

        init(_ options: [String] = []) async throws {
            loop = try EventLoop(name: "cache-test")
            server = try RedisProcess(options: options)
            client = try RedisClient(
                RedisAddress(.server(.init(host: "127.0.0.1", port: server.port))), options: RedisOptions(), on: loop)
            // Of a server that has just been started, on a busy machine.
            _ = try await client.call(RedisCommand("PING"), within: .seconds(30))
        }

        func cache(_ clock: StandingClock = StandingClock(), prefix: String = "test") throws -> RedisTranscriptCache {
            try RedisTranscriptCache(
                client, prefix: prefix, CacheLimits(entries: 10, bytes: 1 << 20, lifetime: 100), clock: clock)
        }

        func end() async {
            await client.close()
            server.kill()
            await loop.shutDown()
        }
    }

    private static let key = TranscriptCacheConformance.key
    private static func transcript(_ text: String) -> Transcript { TranscriptCacheConformance.transcript(text) }

    @Test("it keeps the contract")
    func contract() async throws {
        let bench = try await Bench()
        let number = Mutex(0)
        try await TranscriptCacheConformance { entries, bytes, clock in
            let prefix = number.withLock { number in
                number += 1
                return "test\(number)"
            }
            return try RedisTranscriptCache(
                bench.client, prefix: prefix, CacheLimits(entries: entries, bytes: bytes, lifetime: 100), clock: clock)
        }.everything()
        await bench.end()
    }

    @Test("what one node stores another finds, for as long as it lives by the server's time too")
    func shared() async throws {
        let bench = try await Bench()
        let (one, two) = (try bench.cache(), try bench.cache())
        await one.store(Self.transcript("one"), for: Self.key(1))
        #expect(await two.transcript(for: Self.key(1)) == Self.transcript("one"))
        #expect(await two.statistics().entries == 1)
        let left = try await bench.client.call(RedisCommand("PTTL", "{test}:cache:e:" + Self.key(1))).integer ?? 0
        #expect(left > 50_000 && left <= 100_000)
        await bench.end()
    }

    @Test("a damaged entry is absent, whatever the damage", arguments: 0..<5)
    func damage(kind: Int) async throws {
        let bench = try await Bench()
        let cache = try bench.cache()
        await cache.store(Self.transcript("one"), for: Self.key(1))
        await cache.store(Self.transcript("two"), for: Self.key(2))
        let name = "{test}:cache:e:" + Self.key(1)
        var bytes = try #require(try await bench.client.call(RedisCommand("GET", name)).bytes)
        switch kind {
        case 0: bytes.removeLast()
        case 1: bytes[bytes.count / 2] ^= 1
        case 2: bytes[35] = 0xff
        case 3: bytes = Array(bytes[..<20])
        default:
            let other = "{test}:cache:e:" + Self.key(2)
            bytes = try #require(try await bench.client.call(RedisCommand("GET", other)).bytes)
        }
        _ = try await bench.client.call(RedisCommand("SET", name, bytes))
        #expect(await cache.transcript(for: Self.key(1)) == nil)
        #expect(await cache.statistics().keys == [Self.key(2)])
        await cache.store(Self.transcript("one"), for: Self.key(1))
        #expect(await cache.transcript(for: Self.key(1)) != nil)
        await bench.end()
    }

    @Test("what the server let go of by itself is a miss, and the sums stay right", arguments: ["e:", "uses", "sizes"])
    func evicted(what: String) async throws {
        let bench = try await Bench()
        let cache = try bench.cache()
        for number in 1...2 { await cache.store(Self.transcript("\(number)"), for: Self.key(number)) }
        let name = "{test}:cache:" + what + (what == "e:" ? Self.key(1) : "")
        _ = try await bench.client.call(RedisCommand("DEL", name))
        #expect(await cache.transcript(for: Self.key(1)) == nil)
        let isEntry = what == "e:"
        let statistics = await cache.statistics()
        #expect(statistics.entries == (isEntry ? 1 : 0) && (statistics.bytes > 0) == isEntry)
        for number in 1...2 { await cache.store(Self.transcript("\(number)"), for: Self.key(number)) }
        #expect(await cache.statistics().entries == 2)
        await cache.clear()
        #expect(try await bench.client.call(RedisCommand("DBSIZE")).integer == 0)
        await bench.end()
    }

    @Test("a small server that gives up the least used never makes an error")
    func fullServer() async throws {
        let bench = try await Bench(["--maxmemory", "3mb", "--maxmemory-policy", "allkeys-lru", "--appendonly", "no"])
        let cache = try RedisTranscriptCache(
            bench.client, CacheLimits(entries: 1000, bytes: 1 << 30, lifetime: 100), clock: StandingClock())
        for number in 0..<300 {
            let noise = (0..<2000).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }
            await cache.store(Self.transcript(noise.joined(separator: " ")), for: Self.key(number))
            #expect(await cache.transcript(for: Self.key(number)) != nil)
        }
        #expect(await cache.transcript(for: Self.key(0)) == nil)
        await bench.end()
    }

    @Test("a server that is away is a miss within a second, and a hit again afterwards")
    func away() async throws {
        let bench = try await Bench()
        let cache = try bench.cache()
        await cache.store(Self.transcript("one"), for: Self.key(1))
        bench.server.freeze()
        let began = ContinuousClock.now
        #expect(await cache.transcript(for: Self.key(1)) == nil)
        #expect(began.duration(to: .now) < .seconds(3), "a second, and what a busy machine adds")
        bench.server.kill()
        #expect(await cache.transcript(for: Self.key(1)) == nil)
        await cache.store(Self.transcript("two"), for: Self.key(2))
        await cache.clear()
        #expect(await cache.statistics().misses == 2)
        try bench.server.start()
        _ = try await bench.client.call(RedisCommand("PING"), within: .seconds(30))
        while await cache.transcript(for: Self.key(1)) != Self.transcript("one") { await Task.yield() }
        await bench.end()
    }
}
