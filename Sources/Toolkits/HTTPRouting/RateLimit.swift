public import EventLoops
public import HTTPTypes
public import IPAddresses

/// Bounds how often one client may ask: a token bucket for each.
public struct RateLimit: Middleware {
    /// Who a request counts for, and how often that one may ask.
    public struct Share: Sendable, Hashable {
        /// A key's owner, an address.
        public var client: String
        /// Requests per second in the long run.
        public var rate: Double
        /// Requests at once after a rest.
        public var burst: Double

        public init(client: String, rate: Double, burst: Double) {
            self.client = client
            self.rate = rate
            self.burst = burst
        }

        /// So many in a minute, all at once if need be.
        public init(client: String, perMinute: Int) {
            self.init(client: client, rate: Double(perMinute) / 60, burst: Double(perMinute))
        }
    }

    /// Who a request counts for: a key's owner, an address. Nil for no limit.
    public typealias Client = @Sendable (HTTPRequest) -> String?

    private let buckets = Guarded(Buckets())
    private let shared: (any SharedBuckets)?
    private let share: @Sendable (HTTPRequest) -> Share?
    private let now: @Sendable () -> MonotonicTime

    /// - Parameters:
    ///   - shared: buckets of several servers together; while they cannot say, this one counts by itself.
    ///   - share: who a request counts for; nil for no limit.
    ///   - now: the time; for tests.
    public init(
        shared: (any SharedBuckets)? = nil, now: @escaping @Sendable () -> MonotonicTime = { .now() },
        share: @escaping @Sendable (HTTPRequest) -> Share?
    ) {
        self.shared = shared
        self.share = share
        self.now = now
    }

    /// - Parameters:
    ///   - rate: requests per second in the long run.
    ///   - burst: requests at once after a rest.
    ///   - client: who a request counts for; the default is its address.
    ///   - now: the time; for tests.
    public init(
        rate: Double, burst: Int, client: @escaping Client = { $0.remoteAddress?.description },
        now: @escaping @Sendable () -> MonotonicTime = { .now() }
    ) {
        self.init(now: now) { request in
            client(request).map { Share(client: $0, rate: rate, burst: Double(burst)) }
        }
    }

    public func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        if let share = share(request) {
            if let wait = await wait(share) {
                throw HTTPError(
                    .tooManyRequests, "too many requests; try again in \(wait) s", fields: [.retryAfter: String(wait)])
            }
        }
        return try await next.respond(to: request)
    }

    private func wait(_ share: Share) async -> Int? {
        if let shared, let answer = try? await shared.take(share) { return answer.wait }
        let time = now()
        return buckets.withLock { $0.take(share, at: time) }
    }
}

/// Buckets that several servers take from.
public protocol SharedBuckets: Sendable {
    /// Takes a token of a client. Throws when nobody can say.
    func take(_ share: RateLimit.Share) async throws -> TakenToken
}

/// What came of asking for a token.
public enum TakenToken: Sendable, Hashable {
    case granted
    /// There will be one after so many whole seconds.
    case later(Int)

    var wait: Int? {
        switch self {
        case .granted: nil
        case .later(let seconds): seconds
        }
    }
}

/// The buckets of all clients, bounded in number: full ones need not be kept.
struct Buckets {
    private struct Bucket {
        var tokens: Double
        var time: MonotonicTime
        var share: RateLimit.Share
    }

    private var byClient: [String: Bucket] = [:]
    private var sweepAt = 1024

    /// Takes a token of a client; else says after how many whole seconds one will be there.
    mutating func take(_ share: RateLimit.Share, at now: MonotonicTime) -> Int? {
        var bucket = byClient[share.client] ?? Bucket(tokens: share.burst, time: now, share: share)
        bucket.tokens = tokens(bucket, at: now)
        bucket.time = now
        bucket.share = share
        defer { byClient[share.client] = bucket }
        if byClient.count >= sweepAt { sweep(at: now) }
        guard bucket.tokens >= 1 else { return max(1, Int(((1 - bucket.tokens) / share.rate).rounded(.up))) }
        bucket.tokens -= 1
        return nil
    }

    private func tokens(_ bucket: Bucket, at now: MonotonicTime) -> Double {
        min(
            bucket.share.burst,
            bucket.tokens + Double((now - bucket.time).nanoseconds) / 1e9 * bucket.share.rate)
    }

    private mutating func sweep(at now: MonotonicTime) {
        byClient = byClient.filter { tokens($0.value, at: now) < $0.value.share.burst }
        sweepAt = max(1024, 2 * byClient.count)
    }
}
