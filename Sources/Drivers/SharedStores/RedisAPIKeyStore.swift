public import Accounts
internal import Redis

/// Keys of the interface, for all nodes.
public struct RedisAPIKeyStore: APIKeyStore {
    private let place: SharedPlace

    public init(_ place: SharedPlace) { self.place = place }

    private func run(
        _ script: RedisScript, _ arguments: [any RedisArgument]
    ) async throws -> RedisValue {
        try await place.client.run(
            script, keys: ["api-keys", "api-keys:order", "api-keys:number"].map(place.key), arguments,
            isIdempotent: true, within: place.patience)
    }

    public func add(_ key: APIKey) async throws(AccountStoreError) {
        try await AccountStoreError.translating {
            let added = try await run(Self.add, [key.id, try Coding.json(key)]).number()
            guard added == 1 else { throw AccountStoreError.broken("there is another key of this name") }
        }
    }

    public func remove(_ id: String) async throws(AccountStoreError) -> Bool {
        try await AccountStoreError.translating {
            try await run(Self.remove, [OneTime.token(), id]).number() == 1
        }
    }

    public func keys() async throws(AccountStoreError) -> [APIKey] {
        try await AccountStoreError.translating {
            try await run(Self.list, []).decodedList()
        }
    }

    private static let add = RedisScript(
        """
        local kept = redis.call('HGET', KEYS[1], ARGV[1])
        if kept then return kept == ARGV[2] and 1 or 0 end
        redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
        redis.call('ZADD', KEYS[2], redis.call('INCR', KEYS[3]), ARGV[1])
        return 1
        """)

    private static let remove = RedisScript(
        "local function key(name) return KEYS[1] .. ':' .. name end\n" + OneTime.lua + """
            redis.call('ZREM', KEYS[2], ARGV[2])
            return done(redis.call('HDEL', KEYS[1], ARGV[2]))
            """)

    private static let list = RedisScript(
        """
        local found = {}
        for _, id in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
            found[#found + 1] = redis.call('HGET', KEYS[1], id)
        end
        return found
        """)
}
