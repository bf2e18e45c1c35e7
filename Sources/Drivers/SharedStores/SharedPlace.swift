public import Redis

/// A server that several nodes share, and the beginning of every key there.
public struct SharedPlace: Sendable {
    public let client: RedisClient
    /// With a hash tag, so that a cluster keeps everything in one place and scripts may change it together; and with a
    /// word that the queue's own keys under the same tag do not have.
    let prefix: String

    /// Of one call with everything it takes.
    let patience: Duration

    /// - Parameters:
    ///   - prefix: tells installations on one server apart; letters, digits, `-`, `_` and `.`.
    ///   - patience: of one call with everything it takes, so that a request is answered within five seconds.
    public init(_ client: RedisClient, prefix: String = "stentor", patience: Duration = .seconds(4)) {
        self.client = client
        self.patience = patience
        self.prefix = "{\(prefix)}:shared:"
    }

    func key(_ name: String) -> String { prefix + name }
}

/// The rest of the time of a call that asks several times.
struct Deadline {
    private let end: ContinuousClock.Instant

    init(_ patience: Duration) { end = .now + patience }

    var rest: Duration { max(.milliseconds(1), ContinuousClock.now.duration(to: end)) }
    var isOver: Bool { ContinuousClock.now >= end }
}
