internal import Glibc

/// A value behind a lock, for state that several threads touch briefly.
///
/// `Synchronization.Mutex` would do, but its fast path lies inside the uninstrumented standard library on Linux, so
/// ThreadSanitizer reports every value behind it as a race. It knows pthread mutexes, and a report means something.
public final class Guarded<Value>: @unchecked Sendable {
    // A pthread mutex must not move, so it lives in memory of its own.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var value: Value

    public init(_ value: Value) {
        self.value = value
        // Default attributes: on Linux neither this nor locking can fail.
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` with the lock held. `body` must not call out to anything that may take the lock again.
    @inline(__always)
    public func withLock<Result, Failure: Error>(_ body: (inout Value) throws(Failure) -> Result) throws(Failure)
        -> Result
    {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
