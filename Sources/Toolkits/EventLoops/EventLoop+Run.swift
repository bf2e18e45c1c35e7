internal import CSystem
internal import Glibc
internal import Synchronization

extension EventLoop {
    /// The token of the eventfd; real tokens hold a descriptor number below 2^31 in their low half.
    static let wakeupToken = UInt64.max
    /// The token of the set of writers.
    static let writersToken = UInt64.max - 1
    private static let eventsPerTurn = 256
    /// Each may send as much as its socket takes, some ten microseconds; a turn stays below a millisecond.
    private static let writersPerTurn = 16

    /// Jobs, then the kernel, then timers, until asked to stop and out of jobs.
    func run() {
        let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: Self.eventsPerTurn)
        defer { events.deallocate() }
        while true {
            runJobs()
            if !hasJobs, inbox.withLock({ $0.stopping && $0.jobs.isEmpty }) { break }
            let count = epoll_wait(epoll.number, events.baseAddress, Int32(events.count), timeout())
            currentTime = .now()
            if count > 0, dispatch(UnsafeBufferPointer(rebasing: events[..<Int(count)])) {
                let count = epoll_wait(writers.number, events.baseAddress, Int32(Self.writersPerTurn), 0)
                if count > 0 { _ = dispatch(UnsafeBufferPointer(rebasing: events[..<Int(count)])) }
            }
            fireTimers()
        }
        registrations.removeAll()
        timers = TimerQueue()
        thread.store(0, ordering: .relaxed)
        let waiters = finished.withLock { state in
            state.ended = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Milliseconds epoll may sleep: none with jobs waiting, for ever (-1) without a timer.
    private func timeout() -> Int32 {
        if hasJobs { return 0 }
        guard let deadline = timers.nextDeadline() else { return -1 }
        return Int32(clamping: (deadline - MonotonicTime.now()).millisecondsRoundedUp)
    }

    /// Returns whether there are writers to serve.
    private func dispatch(_ events: UnsafeBufferPointer<epoll_event>) -> Bool {
        var hasWriters = false
        for event in events {
            let token = event.data.u64
            if token == Self.writersToken {
                hasWriters = true
                continue
            }
            if token == Self.wakeupToken {
                var count: UInt64 = 0
                _ = read(wakeup.number, &count, 8)
                continue
            }
            let index = Int(UInt32(truncatingIfNeeded: token))
            // An earlier event of this turn may have closed the descriptor, and a new one may have its number.
            guard let registration = registrations[index], registration.generation == UInt32(token >> 32) else {
                continue
            }
            registration.handler.ready(Readiness(rawValue: event.events))
        }
        return hasWriters
    }

    private func fireTimers() {
        while let action = timers.popDue(at: currentTime) { action() }
    }
}

/// Runs `body` on a new thread with every signal blocked: signals belong to the signalfd, and a write to a closed
/// socket must be an error code, not SIGPIPE.
extension EventLoop {
    func startThread(name: String, _ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        try spawnThread(name: name) { [self] in
            thread.store(pthread_self(), ordering: .relaxed)
            body()
        }
    }
}
