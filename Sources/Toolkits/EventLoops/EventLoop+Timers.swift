/// A timer that can be taken back. Letting it go does not cancel it.
public struct LoopTimer: Sendable, Hashable {
    let id: UInt64
}

extension EventLoop {
    /// Calls `action` on the loop's thread at the first turn after `delay`. On the loop's thread only.
    ///
    /// A delay of zero or less fires in this turn, before the loop sleeps: libcurl depends on it, and a coarse clock
    /// there cost 4.4 ms a request.
    public func schedule(after delay: Duration, _ action: @escaping @Sendable () -> Void) -> LoopTimer {
        assertCurrent()
        return LoopTimer(id: timers.add(at: delay <= .zero ? currentTime : .now() + delay, action))
    }

    /// Takes a timer back; one that has fired is left alone.
    public func cancel(_ timer: LoopTimer) {
        assertCurrent()
        timers.cancel(timer.id)
    }

    /// Lets the loop look at its sockets once before the caller goes on. Called from an actor of the loop.
    ///
    /// `Task.yield` would lead over the global pool and back: two changes of thread.
    public nonisolated(nonsending) func yieldTurn() async {
        await withCheckedContinuation { continuation in
            _ = schedule(after: .zero) { continuation.resume() }
        }
    }
}
