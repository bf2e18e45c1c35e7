public import HTTPRouting
internal import Redis

/// The buckets of clients for all nodes, by the server's time: of each only the moment is kept at which it is full
/// again (the generic cell rate algorithm, ITU-T I.371, annex A).
public struct RedisBuckets: SharedBuckets {
    private let place: SharedPlace
    private let name: String
    private let patience: Duration

    /// - Parameters:
    ///   - name: tells limits apart that a client is under at the same time.
    ///   - patience: a request should not wait long for its own counting.
    public init(_ place: SharedPlace, name: String, patience: Duration = .milliseconds(500)) {
        self.place = place
        self.name = name
        self.patience = patience
    }

    public func take(_ share: RateLimit.Share) async throws -> TakenToken {
        guard share.rate > 0 else { return .later(3600) }
        let each = Int(1_000_000 / share.rate)
        // Not repeated by itself: it would count twice.
        let wait = try await place.client.run(
            Self.take, keys: [place.key("bucket:\(name):\(share.client)")],
            [each, Int(max(1, share.burst) * Double(each))], within: patience
        ).number()
        return wait <= 0 ? .granted : .later(max(1, (wait + 999_999) / 1_000_000))
    }

    /// Microseconds between two requests, and of a whole bucket; after how many more there is a token.
    private static let take = RedisScript(
        """
        local time = redis.call('TIME')
        local now = time[1] * 1000000 + time[2]
        local each, whole = tonumber(ARGV[1]), tonumber(ARGV[2])
        local full = tonumber(redis.call('GET', KEYS[1]) or '0')
        -- Not beyond an empty bucket: the server's clock may have been set back.
        full = math.min(math.max(full, now), now + whole) + each
        local wait = full - whole - now
        if wait > 0 then return math.ceil(wait) end
        redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000) + 1)
        return 0
        """)
}
