public import EventLoops
public import HTTPTypes
public import IPAddresses

/// Bounds how often one client may ask: a token bucket for each.
public struct RateLimit: Middleware {
    /// Who a request counts for: a key's owner, an address. Nil for no limit.
    public typealias Client = @Sendable (HTTPRequest) -> String?

    private let buckets: Guarded<Buckets>
    private let client: Client
    private let now: @Sendable () -> MonotonicTime

    /// - Parameters:
    ///   - rate: requests per second in the long run.
    ///   - burst: requests at once after a rest.
    ///   - client: who a request counts for; the default is its address.
    ///   - now: the time; for tests.
    public init(
        rate: Double, burst: Int, client: @escaping Client = { $0.remoteAddress?.description },
        now: @escaping @Sendable () -> MonotonicTime = { .now() }
    ) {
        buckets = Guarded(Buckets(rate: rate, burst: Double(burst)))
        self.client = client
        self.now = now
    }

    public func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        if let client = client(request) {
            let time = now()
            if let wait = buckets.withLock({ $0.take(client, at: time) }) {
                throw HTTPError(
                    .tooManyRequests, "too many requests; try again in \(wait) s", fields: [.retryAfter: String(wait)])
            }
        }
        return try await next.respond(to: request)
    }
}

/// The buckets of all clients, bounded in number: full ones need not be kept.
struct Buckets {
    private struct Bucket {
        var tokens: Double
        var time: MonotonicTime
    }

    private let rate: Double
    private let burst: Double
    private var byClient: [String: Bucket] = [:]
    private var sweepAt = 1024

    init(rate: Double, burst: Double) {
        self.rate = rate
        self.burst = burst
    }

    /// Takes a token of `client`; else says after how many whole seconds one will be there.
    mutating func take(_ client: String, at now: MonotonicTime) -> Int? {
        var bucket = byClient[client] ?? Bucket(tokens: burst, time: now)
        bucket.tokens = tokens(bucket, at: now)
        bucket.time = now
        defer { byClient[client] = bucket }
        if byClient.count >= sweepAt { sweep(at: now) }
        guard bucket.tokens >= 1 else { return max(1, Int(((1 - bucket.tokens) / rate).rounded(.up))) }
        bucket.tokens -= 1
        return nil
    }

    private func tokens(_ bucket: Bucket, at now: MonotonicTime) -> Double {
        min(burst, bucket.tokens + Double((now - bucket.time).nanoseconds) / 1e9 * rate)
    }

    private mutating func sweep(at now: MonotonicTime) {
        byClient = byClient.filter { tokens($0.value, at: now) < burst }
        sweepAt = max(1024, 2 * byClient.count)
    }
}
