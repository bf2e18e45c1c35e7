public import Jobs
import Synchronization

/// A clock that stands still until it is moved.
public final class ManualClock: JobClock {
    private let instant: Mutex<JobInstant>

    public init(_ instant: JobInstant = JobInstant(monotonic: 1000, wall: 1_700_000_000)) {
        self.instant = Mutex(instant)
    }

    public func now() -> JobInstant { instant.withLock { $0 } }

    /// Both clocks go on by so many seconds.
    public func advance(_ seconds: Double) {
        instant.withLock {
            $0.monotonic += seconds
            $0.wall += seconds
        }
    }

    /// Somebody sets the wall clock.
    public func stepWall(_ seconds: Double) { instant.withLock { $0.wall += seconds } }
}
