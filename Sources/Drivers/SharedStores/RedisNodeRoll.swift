public import Jobs
internal import Redis
public import Scheduling

/// The roll of nodes and who leads, by the server's time alone.
///
/// Whoever leads must count the seconds from before asking: the answer may have taken a while.
public struct RedisNodeRoll: NodeRoll {
    private let place: SharedPlace

    public init(_ place: SharedPlace) { self.place = place }

    private func run(
        _ script: RedisScript, _ keys: [String], _ arguments: [any RedisArgument]
    ) async throws(JobStoreError) -> RedisValue {
        try await JobStoreError.translating {
            // Each of these scripts may be repeated without harm.
            try await place.client.run(
                script, keys: keys.map(place.key), arguments, isIdempotent: true, within: place.patience)
        }
    }

    public func announce(_ node: NodeRecord, for seconds: Double) async throws(JobStoreError) {
        let body = try await JobStoreError.translating { try Coding.json(node) }
        _ = try await run(Self.announce, ["roll", "roll:ends"], [node.id, body, Self.milliseconds(seconds)])
    }

    public func leave(_ id: String) async throws(JobStoreError) {
        _ = try await run(Self.leave, ["roll", "roll:ends"], [id])
    }

    public func nodes() async throws(JobStoreError) -> [NodeRecord] {
        let found = try await run(Self.nodes, ["roll", "roll:ends"], [])
        return try await JobStoreError.translating { try found.decodedList() }
    }

    public func lead(_ matter: String, as node: String, for seconds: Double) async throws(JobStoreError) -> Bool {
        try await run(Self.lead, ["lead:" + matter], [node, Self.milliseconds(seconds)]).integer == 1
    }

    public func yield(_ matter: String, as node: String) async throws(JobStoreError) {
        _ = try await run(Self.yield, ["lead:" + matter], [node])
    }

    private static func milliseconds(_ seconds: Double) -> Int { Int(max(1, min(seconds, 86_400) * 1000)) }

    // MARK: - Scripts

    private static let time = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)

        """

    private static let announce = RedisScript(
        time + """
            redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
            redis.call('ZADD', KEYS[2], now + ARGV[3], ARGV[1])
            """)

    private static let leave = RedisScript(
        """
        redis.call('HDEL', KEYS[1], ARGV[1])
        redis.call('ZREM', KEYS[2], ARGV[1])
        """)

    private static let nodes = RedisScript(
        time + """
            for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
                redis.call('HDEL', KEYS[1], id)
                redis.call('ZREM', KEYS[2], id)
            end
            local found = {}
            for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
                found[#found + 1] = redis.call('HGET', KEYS[1], id)
            end
            return found
            """)

    private static let lead = RedisScript(
        """
        local holder = redis.call('GET', KEYS[1])
        if holder and holder ~= ARGV[1] then return 0 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 1
        """)

    private static let yield = RedisScript(
        "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end")
}
