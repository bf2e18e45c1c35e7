/// What the shelf may use.
public struct ShelfLimits: Sendable, Hashable {
    /// Bytes of pages kept in memory.
    public var cacheBytes: Int
    /// Bytes of all requests under way; what is needed beyond that waits in line.
    public var bytesOnTheWay: Int
    /// Requests under way, the same: a connection costs memory too.
    public var requestsOnTheWay: Int
    /// Bytes ahead of one viewer, at most.
    public var readAhead: Int64
    public var alignment: FileLayout.Alignment

    public init(
        cacheBytes: Int = 64 << 20, bytesOnTheWay: Int = 32 << 20, requestsOnTheWay: Int = 64,
        readAhead: Int64 = 4 << 20,
        alignment: FileLayout.Alignment = .precise
    ) {
        self.cacheBytes = cacheBytes
        self.bytesOnTheWay = bytesOnTheWay
        self.requestsOnTheWay = requestsOnTheWay
        self.readAhead = readAhead
        self.alignment = alignment
    }
}

/// What the shelf did since it was made.
public struct ShelfFigures: Sendable, Hashable {
    public var viewers = 0
    public var cachedBytes = 0
    public var bytesOnTheWay = 0
    /// Requests to the source, and the bytes they brought.
    public var calls = 0
    public var bytes: Int64 = 0
    /// Pages that were found ready.
    public var hits = 0
    /// Pages that had to be waited for.
    public var misses = 0
    /// Requests that failed.
    public var failures = 0

    public init() {}
}
