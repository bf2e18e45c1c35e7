internal import EventLoops

/// Whether a WebSocket's peer is still there: times in, a verdict out.
struct PeerLiveness {
    enum Verdict: Equatable {
        case fine
        /// Nothing was heard for an interval: ask.
        case ask
        /// Nothing was heard for an interval after it was asked.
        case gone
    }

    private let interval: Duration
    private var lastHeard: MonotonicTime
    private var asked: MonotonicTime?

    init(interval: Duration, now: MonotonicTime) {
        self.interval = interval
        lastHeard = now
    }

    mutating func heard(at now: MonotonicTime) {
        lastHeard = now
        asked = nil
    }

    /// `.ask` is said once for each silence; the caller then sends a ping.
    mutating func check(at now: MonotonicTime) -> Verdict {
        if let asked { return now - asked >= interval ? .gone : .fine }
        guard now - lastHeard >= interval else { return .fine }
        asked = now
        return .ask
    }
}
