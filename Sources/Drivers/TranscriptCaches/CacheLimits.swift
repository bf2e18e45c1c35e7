/// How much a cache may hold, and for how long.
public struct CacheLimits: Sendable, Hashable {
    /// `CACHE_MAX_SIZE`.
    public var entries: Int
    /// `CACHE_MAX_MB`, in bytes.
    public var bytes: Int
    /// `CACHE_TTL`: seconds.
    public var lifetime: Double

    public init(entries: Int = 100, bytes: Int = 500_000_000, lifetime: Double = 604_800) {
        self.entries = entries
        self.bytes = bytes
        self.lifetime = lifetime
    }

    var list: RecencyList.Limits { .init(entries: entries, bytes: bytes, lifetime: lifetime) }
}
