internal import CSystem
internal import Glibc

/// The way into async code for programs that watch signals.
public enum MainThread {
    /// Blocks `signals` for the whole process, runs `body`, and keeps the main thread until it has ended.
    ///
    /// An `async` main function must not be used together with `SignalWatcher`: it hands the main thread to Dispatch,
    /// which lets it sleep with every signal open, so that SIGTERM ends the process instead of reaching the signalfd.
    /// Call this first, before anything starts a thread. The main actor does not run while it waits.
    public static func run(blocking signals: [Int32], _ body: @escaping @Sendable () async throws -> Void) throws {
        SignalWatcher.block(signals)
        let done = OwnedDescriptor(taking: try check("eventfd") { eventfd(0, Int32(EFD_CLOEXEC)) })
        let outcome = Guarded<Result<Void, any Error>?>(nil)
        let number = done.number
        // Awaited by the read below.
        Task {
            do {
                try await body()
                outcome.withLock { $0 = .success(()) }
            } catch {
                outcome.withLock { $0 = .failure(error) }
            }
            var one: UInt64 = 1
            _ = write(number, &one, 8)
        }
        var count: UInt64 = 0
        while read(number, &count, 8) < 0, errno == EINTR {}
        try outcome.withLock { $0 }?.get()
    }
}
