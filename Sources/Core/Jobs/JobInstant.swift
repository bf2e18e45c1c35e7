/// A moment on two clocks: leases and delays are measured on the one that never jumps, people read the other.
public struct JobInstant: Sendable, Hashable {
    /// Seconds since this machine started; comparable only within one boot.
    public var monotonic: Double
    /// Seconds since 1970.
    public var wall: Double

    public init(monotonic: Double, wall: Double) {
        self.monotonic = monotonic
        self.wall = wall
    }
}

/// The port to time.
public protocol JobClock: Sendable {
    func now() -> JobInstant
}
