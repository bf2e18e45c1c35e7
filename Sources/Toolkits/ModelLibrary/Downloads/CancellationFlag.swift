internal import Synchronization

/// Tells work on a blocking thread, where the task that waits for it cannot be asked, that it is no longer wanted.
final class CancellationFlag: Sendable {
    private let isRaised = Atomic<Bool>(false)

    func raise() { isRaised.store(true, ordering: .relaxed) }

    func check() throws {
        if isRaised.load(ordering: .relaxed) { throw CancellationError() }
    }
}
