internal import CSystem
internal import Glibc

/// The part of a `BlockingPool` its threads keep alive.
final class BlockingQueue: Sendable {
    typealias Work = @Sendable () -> Void

    private struct State {
        var waiting: [Work] = []
        var head = 0
        var busy = 0
        var threads = 0
        var closed = false

        var waitingCount: Int { waiting.count - head }
    }

    private let state = Guarded(State())
    /// A counting semaphore: one unit per waiting call, and one per thread that shall end.
    private let semaphore: OwnedDescriptor
    private let threadLimit: Int
    private let queueLimit: Int
    private let name: String

    init(threadLimit: Int, queueLimit: Int, name: String) throws(SystemCallError) {
        semaphore = OwnedDescriptor(
            taking: try check("eventfd") { eventfd(0, Int32(EFD_CLOEXEC | EFD_SEMAPHORE)) })
        self.threadLimit = threadLimit
        self.queueLimit = queueLimit
        self.name = name
    }

    func submit(_ work: @escaping Work) throws {
        try ensureThread(for: 1)
        try state.withLock { state in
            if state.closed { throw BlockingPool.Refusal.shutDown }
            if state.waitingCount >= queueLimit { throw BlockingPool.Refusal.queueFull(limit: queueLimit) }
            state.waiting.append(work)
        }
        post(1)
        // Two calls at once may have counted on the same idle thread. There is one now in any case; a second one that
        // cannot be had only makes this call wait.
        try? ensureThread(for: 0)
    }

    func close() {
        let threads = state.withLock { state in
            if state.closed { return 0 }
            state.closed = true
            return state.threads
        }
        post(threads)
    }

    /// Starts a thread when every one is spoken for. A failure matters only when there is none at all.
    /// - Parameter more: calls that are about to be added.
    private func ensureThread(for more: Int) throws {
        let starts = state.withLock { state in
            let spokenFor = state.busy + state.waitingCount + more
            guard !state.closed, state.threads < threadLimit, state.threads < spokenFor else { return false }
            state.threads += 1
            return true
        }
        guard starts else { return }
        do {
            try spawnThread(name: name) { [self] in runThread() }
        } catch {
            let left = state.withLock { state in
                state.threads -= 1
                return state.threads
            }
            if left == 0 { throw error }
        }
    }

    private func runThread() {
        while true {
            var unit: UInt64 = 0
            // Every signal is blocked here, so nothing interrupts the wait.
            _ = read(semaphore.number, &unit, 8)
            guard let work = take() else { return }
            work()
            state.withLock { $0.busy -= 1 }
        }
    }

    /// The next call; nil when none waits, which happens only to a thread that shall end.
    private func take() -> Work? {
        state.withLock { state in
            guard state.waitingCount > 0 else {
                state.threads -= 1
                return nil
            }
            let work = state.waiting[state.head]
            state.head += 1
            state.busy += 1
            if state.head == state.waiting.count || state.head > 256 {
                state.waiting.removeFirst(state.head)
                state.head = 0
            }
            return work
        }
    }

    private func post(_ units: Int) {
        guard units > 0 else { return }
        var units = UInt64(units)
        _ = write(semaphore.number, &units, 8)
    }
}
