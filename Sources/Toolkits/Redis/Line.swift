internal import EventLoops

/// One place for a shared connection, and who waits until it has one.
// Unchecked because it belongs to a client and is touched on its loop alone.
final class Line: @unchecked Sendable {
    var connection: Connection?
    var isOpening = false
    var failures = 0
    /// Why the last try failed.
    var lastReason = "no connection yet"
    private var waiters: [Int: CheckedContinuation<Result<Connection, RedisError>, Never>] = [:]
    private var nextWaiter = 0

    var hasWaiters: Bool { !waiters.isEmpty }

    func add(_ waiter: CheckedContinuation<Result<Connection, RedisError>, Never>) -> Int {
        nextWaiter += 1
        waiters[nextWaiter] = waiter
        return nextWaiter
    }

    func giveUp(_ number: Int) {
        waiters.removeValue(forKey: number)?.resume(returning: .failure(.unreachable(lastReason)))
    }

    func resumeAll(_ result: Result<Connection, RedisError>) {
        let all = waiters.values
        waiters = [:]
        for waiter in all { waiter.resume(returning: result) }
    }
}
