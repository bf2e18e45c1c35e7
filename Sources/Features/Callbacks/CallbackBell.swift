internal import EventLoops

/// Wakes the sender: something new is to be announced, a place is free, or a time has come.
public final class CallbackBell: Sendable {
    let rings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    /// The next ring that waits for its time.
    private let timer = Guarded<Task<Void, Never>?>(nil)

    public init() {
        (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    public func ring() { continuation.yield() }

    /// Rings once after so many seconds, in place of any ring that waited.
    func ring(in seconds: Double) {
        // Awaited by nobody: it only rings, and the next one or `silence` cancels it.
        let task = Task { [continuation] in
            do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
            continuation.yield()
        }
        replace(with: task)
    }

    func silence() { replace(with: nil) }

    private func replace(with task: Task<Void, Never>?) {
        timer.withLock { timer in
            timer?.cancel()
            timer = task
        }
    }
}
