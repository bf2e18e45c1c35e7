/// What a server may make this client hold.
public struct RedisLimits: Sendable, Hashable {
    /// Bytes of one reply, what its parts cost included.
    public var replyBytes = 256 << 20
    /// Calls that wait for their answers on one connection.
    public var waitingCalls = 20_000
    /// Bytes that wait to be sent on one connection.
    public var unsentBytes = 256 << 20
    /// Connections of blocking calls.
    public var blockingConnections = 32
    /// Messages of a subscription that nobody has taken yet; when there are more the oldest go.
    public var waitingMessages = 10_000

    public init() {}
}
