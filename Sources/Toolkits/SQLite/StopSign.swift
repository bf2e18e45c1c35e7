internal import EventLoops

/// Set by whoever no longer wants a result, looked at by the thread that computes it.
final class StopSign: Sendable {
    private let flag = Guarded(false)

    var isSet: Bool { flag.withLock { $0 } }

    func set() { flag.withLock { $0 = true } }
}
