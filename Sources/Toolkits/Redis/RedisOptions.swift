/// How patient a client is.
public struct RedisOptions: Sendable {
    /// Of one call with everything it takes: connecting, asking who is master, repeating.
    public var deadline: Duration = .seconds(4)
    /// Of one try to connect, the greeting included.
    public var connectPatience: Duration = .seconds(2)
    /// Between two tries to connect: from the first to the last, doubling, half of it at random.
    public var firstPause: Duration = .milliseconds(50)
    public var longestPause: Duration = .seconds(1)
    /// Connections that everybody shares.
    public var connections = 2
    /// A subscription that hears nothing for so long asks whether anybody is there.
    public var silence: Duration = .seconds(5)
    /// Certificates (PEM) that vouch for the server; nil takes the system's.
    public var authorityFile: String?
    public var limits = RedisLimits()

    public init() {}

    func pause(afterFailures count: Int) -> Duration {
        let whole = min(longestPause, firstPause * (1 << min(max(count - 1, 0), 16)))
        return whole * Double.random(in: 0.5...1)
    }
}
