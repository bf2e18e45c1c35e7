import Glibc
import Jobs

/// The clocks of this machine.
struct SystemClock: JobClock {
    func now() -> JobInstant {
        JobInstant(monotonic: Self.seconds(CLOCK_BOOTTIME), wall: Self.seconds(CLOCK_REALTIME))
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
