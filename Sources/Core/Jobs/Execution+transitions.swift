/// What can happen to an execution.
public enum ExecutionEvent: Sendable, Hashable {
    /// - Parameter lease: seconds.
    case claimed(lease: Double)
    /// The claim is kept alive for so many seconds more.
    case renewed(lease: Double)
    case succeeded
    case failed(JobFailure)
    /// The worker gives it back unfinished, because it stops; costs nothing.
    case released
    /// The worker has not been heard of until its lease ended, or the server was started anew; costs nothing, because
    /// files are opened only by disposable children: what kills a server is not the file.
    case leaseLost
    /// The last of its jobs left it.
    case abandoned
    /// Asked for again by hand.
    case retried
}

public struct RetryPolicy: Sendable, Hashable {
    /// `QUEUE_MAX_RETRIES`: tries after the first, for transient errors.
    public var retries: Int
    /// `QUEUE_RETRY_DELAY`: seconds before the first of them.
    public var delay: Double
    /// No wait is longer.
    public var longestDelay: Double
    /// Deaths of child processes after which the media is set aside.
    public var crashLimit: Int

    public init(retries: Int = 2, delay: Double = 5, longestDelay: Double = 300, crashLimit: Int = 2) {
        self.retries = retries
        self.delay = delay
        self.longestDelay = longestDelay
        self.crashLimit = crashLimit
    }

    /// Seconds to wait after the `count`th transient error: doubling, and between half of it and all of it at random,
    /// so that what failed together does not come back together.
    /// - Parameter jitter: 0…1.
    public func wait(afterErrors count: Int, jitter: Double) -> Double {
        let whole = min(longestDelay, delay * Double(1 << min(max(count - 1, 0), 20)))
        return whole * (0.5 + 0.5 * min(max(jitter, 0), 1))
    }
}

extension Execution {
    /// The one transition table; every store asks it. Returns `false`, and changes nothing, when the event is not
    /// possible in this state.
    ///
    ///     queued ──claimed──► running ──succeeded──► succeeded
    ///       ▲  ▲                │ │ └──failed──────► failed ──retried──► queued
    ///       │  └──released, ────┘ └──failed, but may be tried again──► waiting ──claimed (when due)──► running
    ///       │      leaseLost
    ///     any unfinished ──abandoned──► cancelled ──retried──► queued
    ///
    /// - Parameter jitter: 0…1, for the wait before another try.
    public mutating func apply(_ event: ExecutionEvent, at now: JobInstant, _ policy: RetryPolicy, jitter: Double = 1)
        -> Bool
    {
        switch (state, event) {
        case (.queued, .claimed(let lease)):
            claim(lease, now)
        case (.waiting, .claimed(let lease)):
            guard (notBefore ?? 0) <= now.monotonic else { return false }
            claim(lease, now)
        case (.running, .renewed(let lease)):
            leaseEnds = now.monotonic + lease
        case (.running, .succeeded):
            failure = nil
            end(.succeeded, now)
        case (.running, .failed(let reason)):
            fail(reason, now, policy, jitter)
        case (.running, .released), (.running, .leaseLost):
            requeue()
        case (.queued, .abandoned), (.running, .abandoned), (.waiting, .abandoned):
            end(.cancelled, now)
        case (.failed, .retried), (.cancelled, .retried):
            guard media != nil else { return false }
            (errors, crashes, failure, finishedAt) = (0, 0, nil, nil)
            requeue()
        default:
            return false
        }
        return true
    }

    private mutating func claim(_ lease: Double, _ now: JobInstant) {
        state = .running
        attempt += 1
        notBefore = nil
        leaseEnds = now.monotonic + lease
        startedAt = now.wall
    }

    private mutating func requeue() {
        state = .queued
        leaseEnds = nil
        notBefore = nil
    }

    private mutating func end(_ final: ExecutionState, _ now: JobInstant) {
        state = final
        leaseEnds = nil
        notBefore = nil
        finishedAt = now.wall
    }

    private mutating func fail(_ reason: JobFailure, _ now: JobInstant, _ policy: RetryPolicy, _ jitter: Double) {
        failure = reason
        switch reason.kind {
        case .permanent: return end(.failed, now)
        case .transient: errors += 1
        case .crash: crashes += 1
        }
        guard errors <= policy.retries, crashes < policy.crashLimit else { return end(.failed, now) }
        state = .waiting
        leaseEnds = nil
        // A child that died is tried again at once: either it was an accident, or the next death ends it.
        notBefore = now.monotonic + (reason.kind == .crash ? 0 : policy.wait(afterErrors: errors, jitter: jitter))
    }
}
