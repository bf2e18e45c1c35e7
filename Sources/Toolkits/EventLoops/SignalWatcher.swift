internal import CSystem
internal import Glibc

/// Signals as an asynchronous sequence, read from a signalfd in a loop's epoll set.
///
/// `block` must run before the process starts its first thread: a thread with the signal open would take it, and the
/// default action ends the process. Dispatch signal sources lost SIGTERM under ThreadSanitizer in 8 of 8 starts.
public actor SignalWatcher {
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// The numbers of the signals, in the order in which the kernel delivers them.
    public nonisolated let signals: AsyncStream<Int32>

    private nonisolated let loop: EventLoop
    private let descriptor: OwnedDescriptor
    private let source: AsyncStream<Int32>.Continuation

    /// Blocks `signals` in the calling thread and every thread it starts from now on.
    public static func block(_ signals: [Int32]) {
        var set = signalSet(signals)
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    /// Begins to watch `signals` on `loop`.
    public init(_ signals: [Int32], on loop: EventLoop) async throws(SystemCallError) {
        var set = signalSet(signals)
        let number = try check("signalfd") {
            signalfd(-1, &set, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
        }
        descriptor = OwnedDescriptor(taking: number)
        self.loop = loop
        (self.signals, source) = AsyncStream.makeStream(of: Int32.self)
        try begin(number)
    }

    private func begin(_ number: Int32) throws(SystemCallError) {
        try loop.register(number, for: .readable, handler: SignalRelay(owner: self))
    }

    /// Stops watching and ends the sequence. The signals stay blocked.
    public func stop() {
        loop.deregister(descriptor.number)
        source.finish()
    }

    fileprivate func drain() {
        while true {
            let number = csystem_read_signal(descriptor.number)
            if number < 0 { return }
            source.yield(number)
        }
    }
}

private func signalSet(_ signals: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for signal in signals { sigaddset(&set, signal) }
    return set
}

/// The watcher as the loop sees it: an actor cannot be an `EventHandler` before its own `init` has ended.
private final class SignalRelay: EventHandler {
    private let owner: SignalWatcher

    init(owner: SignalWatcher) {
        self.owner = owner
    }

    func ready(_ events: Readiness) {
        owner.assumeIsolated { $0.drain() }
    }
}
