/// Keeps requests away from a provider that is out of order, and tries it with a single one now and then.
///
///     closed ──failures in a row──► open ──time──► trying one ──► closed, or open for twice as long
public struct CircuitBreaker: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        case closed(failures: Int)
        case open(until: Double, trips: Int)
        /// One request is under way; the others wait for what becomes of it, at most until then.
        case trying(until: Double, trips: Int)
    }

    /// Failures in a row that open it.
    static let threshold = 3
    static let firstPause = 15.0
    static let longestPause = 300.0
    /// A trial that never ended counts as one that failed.
    static let trialTime = 120.0

    public private(set) var state = State.closed(failures: 0)

    public init() {}

    /// Whether a request may be sent now. After `open` the first who asks gets the trial.
    public mutating func admit(now: Double) -> Bool {
        switch state {
        case .closed: return true
        case .open(let until, let trips), .trying(let until, let trips):
            guard now >= until else { return false }
            state = .trying(until: now + Self.trialTime, trips: trips)
            return true
        }
    }

    /// When it is worth asking again.
    public func nextTry(now: Double) -> Double? {
        switch state {
        case .closed: nil
        case .open(let until, _), .trying(let until, _): until > now ? until : nil
        }
    }

    public mutating func succeeded() {
        state = .closed(failures: 0)
    }

    /// The request was never sent, or told nothing about the provider.
    public mutating func abandoned(now: Double) {
        if case .trying(_, let trips) = state { state = .open(until: now, trips: trips) }
    }

    public mutating func failed(now: Double) {
        switch state {
        case .closed(let failures) where failures + 1 < Self.threshold:
            state = .closed(failures: failures + 1)
        case .closed: state = .open(until: now + Self.firstPause, trips: 1)
        case .trying(_, let trips):
            let pause = Self.firstPause * Double(1 << min(trips, 10))
            state = .open(until: now + min(pause, Self.longestPause), trips: trips + 1)
        // Requests that were under way when it opened say nothing new.
        case .open: break
        }
    }
}
