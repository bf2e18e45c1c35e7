internal import Crypto
internal import EventLoops
public import Jobs
public import Redis
public import Transcription
public import Transcripts

/// Transcripts that all nodes find, in Redis. Bytes count without compression, as on a disk.
///
/// The server may be another than the queue's, and may let go of entries by itself (`maxmemory-policy allkeys-lru`).
/// While it is away every question is a miss, within a second.
public actor RedisTranscriptCache: TranscriptCache {
    /// Of one call with everything it takes.
    private static let patience: Duration = .milliseconds(900)

    private let client: RedisClient
    private let prefix: String
    private let limits: CacheLimits
    private let clock: any JobClock
    private let pool: BlockingPool
    private var hits = 0
    private var misses = 0
    private var evictions = 0

    /// - Parameters:
    ///   - prefix: tells installations on one server apart.
    ///   - clock: says how old an entry is; nodes whose clocks differ see ages that differ as much.
    /// - Throws: when the system has no threads left.
    public init(
        _ client: RedisClient, prefix: String = "stentor", _ limits: CacheLimits, clock: any JobClock
    ) throws {
        self.client = client
        // The hash tag keeps all keys on one server of a cluster, for the scripts.
        self.prefix = "{\(prefix)}:cache:"
        self.limits = limits
        self.clock = clock
        pool = try BlockingPool(threads: 2, queue: 1000, name: "redis-cache")
    }

    public func transcript(for key: String) async -> Transcript? {
        let found = await peek(key)
        if found == nil { misses += 1 } else { hits += 1 }
        return found
    }

    public func peek(_ key: String) async -> Transcript? {
        guard isName(key), let bytes = await run(.use, key, [now])?.bytes else { return nil }
        if let found = try? await pool.run({ PackedEntry.unpack(bytes, for: key) }) { return found }
        await remove(key)
        return nil
    }

    public func store(_ transcript: Transcript, for key: String) async {
        // A cache that cannot write is a slow cache, not an error.
        guard isName(key), let packed = try? await pool.run({ PackedEntry.pack(transcript, for: key) }) else { return }
        let milliseconds = Int(max(1, min(limits.lifetime, 1e9) * 1000))
        guard packed.size <= limits.bytes, limits.entries > 0 else { return await remove(key) }
        let evicted = await run(
            .store, key,
            [
                now + limits.lifetime, packed.size, packed.bytes, milliseconds, limits.entries, limits.bytes, prefix,
            ])
        evictions += Int(evicted?.integer ?? 0)
    }

    public func remove(_ key: String) async {
        if isName(key) { _ = await run(.remove, key, []) }
    }

    public func clear() async {
        // In pieces, because a server does one thing at a time.
        while await run(.clear, "", [prefix])?.integer ?? 0 > 0 {}
    }

    public func statistics() async -> CacheStatistics {
        var statistics = CacheStatistics()
        (statistics.maximumEntries, statistics.maximumBytes) = (limits.entries, limits.bytes)
        (statistics.hits, statistics.misses, statistics.evictions) = (hits, misses, evictions)
        guard let found = await run(.statistics, "", [])?.array, found.count == 3 else { return statistics }
        statistics.entries = Int(found[0].integer ?? 0)
        statistics.bytes = Int(found[1].integer ?? 0)
        statistics.keys = found[2].array?.compactMap(\.text) ?? []
        return statistics
    }

    private var now: Double { clock.now().wall }

    /// Keys are digests in hexadecimal; nothing else becomes part of a key.
    private func isName(_ key: String) -> Bool { SHA256Digest(hex: key) != nil }

    /// `nil` when the server does not answer in time or refuses.
    private func run(_ script: RedisScript, _ key: String, _ arguments: [any RedisArgument]) async -> RedisValue? {
        // Each of these scripts may be repeated without harm.
        try? await client.run(
            script, keys: [prefix + "uses", prefix + "sizes", prefix + "e:" + key], [key] + arguments,
            isIdempotent: true, within: Self.patience)
    }
}

extension RedisScript {
    /// The order of use is a sorted set, sizes and ends are a hash with the sum of all; both are void without the other,
    /// and entries that are in neither go by their own time.
    private static let common = """
        if redis.call('EXISTS', KEYS[1], KEYS[2]) == 1 then redis.call('DEL', KEYS[1], KEYS[2]) end
        local function forget(key)
            local meta = redis.call('HGET', KEYS[2], key)
            if meta then redis.call('HINCRBY', KEYS[2], '#total', -tonumber(string.match(meta, '^%d+'))) end
            redis.call('HDEL', KEYS[2], key)
            redis.call('ZREM', KEYS[1], key)
            if redis.call('ZCARD', KEYS[1]) == 0 then redis.call('DEL', KEYS[2]) end
        end
        local function use(key)
            redis.call('ZADD', KEYS[1], redis.call('HINCRBY', KEYS[2], '#turn', 1), key)
        end

        """

    fileprivate static let use = RedisScript(
        common + """
            local body = redis.call('GET', KEYS[3])
            local meta = redis.call('HGET', KEYS[2], ARGV[1])
            if body and meta and tonumber(string.match(meta, ' (.*)$')) > tonumber(ARGV[2]) then
                use(ARGV[1])
                return body
            end
            redis.call('UNLINK', KEYS[3])
            if meta then forget(ARGV[1]) end
            return false
            """)

    fileprivate static let store = RedisScript(
        common + """
            forget(ARGV[1])
            redis.call('SET', KEYS[3], ARGV[4], 'PX', ARGV[5])
            redis.call('HSET', KEYS[2], ARGV[1], ARGV[3] .. ' ' .. ARGV[2])
            local total = redis.call('HINCRBY', KEYS[2], '#total', ARGV[3])
            use(ARGV[1])
            local evicted = 0
            while evicted < 1000 and (redis.call('ZCARD', KEYS[1]) > tonumber(ARGV[6]) or total > tonumber(ARGV[7])) do
                local oldest = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
                if not oldest then break end
                redis.call('UNLINK', ARGV[8] .. 'e:' .. oldest)
                forget(oldest)
                total = tonumber(redis.call('HGET', KEYS[2], '#total') or '0')
                evicted = evicted + 1
            end
            return evicted
            """)

    fileprivate static let remove = RedisScript(
        common + """
            redis.call('UNLINK', KEYS[3])
            forget(ARGV[1])
            """)

    fileprivate static let clear = RedisScript(
        common + """
            local keys = redis.call('ZRANGE', KEYS[1], 0, 999)
            for _, key in ipairs(keys) do
                redis.call('UNLINK', ARGV[2] .. 'e:' .. key)
                forget(key)
            end
            return #keys
            """)

    fileprivate static let statistics = RedisScript(
        common + """
            local total = tonumber(redis.call('HGET', KEYS[2], '#total') or '0')
            return {redis.call('ZCARD', KEYS[1]), total, redis.call('ZRANGE', KEYS[1], 0, 99, 'REV')}
            """)
}
