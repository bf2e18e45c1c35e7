import HostProcesses
import Synchronization

/// Watches one request to a host: ends the host when the request takes too long or ignores its cancellation.
final class RequestGuardian: Sendable {
    /// A cancelled request may go on this long.
    private static let patience = Duration.seconds(1)

    private let child: ChildProcess
    private let timedOut = Atomic(false)
    private let isOver = Atomic(false)

    init(child: ChildProcess) {
        self.child = child
    }

    var hasTimedOut: Bool { timedOut.load(ordering: .relaxed) }

    /// Runs `work`, and ends the host when it is not done within `limit`; `work` then throws.
    func within<Reply: Sendable>(
        _ limit: Duration, _ work: @escaping @Sendable () async throws -> Reply
    ) async throws -> Reply {
        defer { isOver.store(true, ordering: .relaxed) }
        return try await withThrowingTaskGroup(of: Reply?.self) { group in
            group.addTask { try await work() }
            group.addTask {
                await self.watch(limit)
                return nil
            }
            defer { group.cancelAll() }
            while let finished = try await group.next() {
                if let reply = finished { return reply }
            }
            throw CancellationError()
        }
    }

    private func watch(_ limit: Duration) async {
        do {
            try await Task.sleep(for: limit)
            timedOut.store(true, ordering: .relaxed)
            child.kill()
        } catch {
            // Cancelled: the request is over.
        }
    }

    /// Asks the host to stop, and ends it when it does not.
    func cancelGently(_ id: Int) {
        guard (try? child.send(EngineRequest.cancel(id: id))) != nil else { return child.kill() }
        // Awaited by nobody: it ends after a second and touches only the child.
        Task {
            try await Task.sleep(for: Self.patience)
            if !isOver.load(ordering: .relaxed) { child.kill() }
        }
    }
}
