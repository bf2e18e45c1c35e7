internal import Glibc

/// A moment on the kernel's monotonic clock (CLOCK_MONOTONIC), the clock every loop counts deadlines on.
///
/// Wall-clock steps do not move it. Only differences mean anything.
public struct MonotonicTime: Comparable, Hashable, Sendable {
    /// Nanoseconds since an arbitrary start.
    public var nanoseconds: Int64

    /// A moment by its count of nanoseconds; for tests and arithmetic.
    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The present moment, read from the kernel.
    public static func now() -> MonotonicTime {
        var time = timespec()
        // CLOCK_MONOTONIC with a valid pointer cannot fail (clock_gettime(2)).
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    public static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The moment `duration` later; saturates instead of overflowing, so `.seconds(.max)` means never.
    public static func + (time: Self, duration: Duration) -> Self {
        let (sum, overflow) = time.nanoseconds.addingReportingOverflow(duration.nanoseconds)
        return Self(nanoseconds: overflow ? .max : sum)
    }

    public static func - (left: Self, right: Self) -> Duration {
        .nanoseconds(left.nanoseconds - right.nanoseconds)
    }
}

extension Duration {
    /// Whole nanoseconds, saturating at the ends of `Int64`.
    public var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carried) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? (seconds < 0 ? .min : .max) : sum
    }

    /// Whole milliseconds rounded up, as timeouts need: a wait must never end before its time.
    public var millisecondsRoundedUp: Int64 {
        let value = nanoseconds
        return value <= 0 ? 0 : (value - 1) / 1_000_000 + 1
    }
}
