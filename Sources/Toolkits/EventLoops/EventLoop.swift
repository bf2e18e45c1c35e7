internal import CSystem
internal import Glibc
internal import Synchronization

/// One thread that waits on epoll and runs Swift jobs: the executor of every actor pinned to it.
///
/// Actors name the loop as their `unownedExecutor`; then their state, the descriptors they registered and their timers
/// are all touched by one thread, and an event reaches the actor by `assumeIsolated` without a hop.
/// Blocking work and long computation stay off it: `BlockingPool` and `@concurrent` functions are for those.
///
/// Unchecked because the members marked "loop" below are confined to the loop's thread, which every entry asserts;
/// what other threads reach lies behind a lock or an `Atomic`.
public final class EventLoop: SerialExecutor, @unchecked Sendable {
    struct Registration {
        var handler: any EventHandler
        var generation: UInt32
        /// What each of the two sets reports of the descriptor; the second one holds it only while it waits to write.
        var events: Readiness
        var awaitsWritable = false
    }

    struct Job {
        var job: UnownedJob
        /// Jobs that came through the task executor must be run under that identity, or the runtime hops again.
        var asTask: Bool
    }

    struct Inbox {
        var jobs: [Job] = []
        var stopping = false
    }

    /// Everything but room to write.
    let epoll: OwnedDescriptor
    /// Descriptors that wait for room to write, a set within the first: thousands of readers whose windows open
    /// together are served in slices, and whoever asks for something new is heard between two of them.
    let writers: OwnedDescriptor
    let wakeup: OwnedDescriptor
    let inbox = Guarded(Inbox())
    /// The pthread of the loop once it runs; 0 before and after.
    let thread = Atomic<UInt>(0)
    let finished = Guarded((ended: false, waiters: [CheckedContinuation<Void, Never>]()))

    // Loop: only the loop's thread, from here on.
    var ready: [Job] = []
    var running: [Job] = []
    /// The first of `running` that has not run.
    var nextJob = 0
    var registrations: [Registration?] = []
    var generation: UInt32 = 0
    var timers = TimerQueue()
    var currentTime = MonotonicTime.now()

    /// The same loop as a task executor: `Task(executorPreference: loop.taskExecutor)` keeps nonisolated code on it.
    public private(set) lazy var taskExecutor = LoopTaskExecutor(self)

    /// Starts a loop on a thread of its own, called `name` in the process list (15 bytes at most).
    ///
    /// - Throws: `SystemCallError` when the kernel refuses a descriptor or the thread.
    public init(name: String = "event-loop") throws(SystemCallError) {
        epoll = OwnedDescriptor(taking: try check("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        writers = OwnedDescriptor(taking: try check("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) })
        wakeup = OwnedDescriptor(
            taking: try check("eventfd") { eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK)) })
        var interest = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: Self.wakeupToken))
        let (set, bell) = (epoll.number, wakeup.number)
        _ = try check("epoll_ctl") { epoll_ctl(set, EPOLL_CTL_ADD, bell, &interest) }
        let inner = writers.number
        interest.data.u64 = Self.writersToken
        _ = try check("epoll_ctl") { epoll_ctl(set, EPOLL_CTL_ADD, inner, &interest) }
        _ = taskExecutor
        try startThread(name: name) { [self] in run() }
    }

    /// Whether the caller is on the loop's thread.
    public var isCurrent: Bool { thread.load(ordering: .relaxed) == pthread_self() }

    /// The time of this turn of the loop: read once per turn, so that a turn's decisions agree.
    public var now: MonotonicTime {
        assertCurrent()
        return currentTime
    }

    @inline(__always)
    func assertCurrent() {
        precondition(isCurrent, "called off the loop's thread")
    }

    /// Ends the thread after the jobs already queued, and waits for it; the thread never waits for itself.
    ///
    /// Close what is registered first: handlers hear nothing any more, and jobs enqueued later never run.
    public func shutDown() async {
        inbox.withLock { $0.stopping = true }
        ring()
        await withCheckedContinuation { continuation in
            let ended = finished.withLock { state in
                if !state.ended { state.waiters.append(continuation) }
                return state.ended
            }
            if ended { continuation.resume() }
        }
    }

    /// Asks the thread to end without waiting, for owners that die outside async code.
    public func stop() {
        inbox.withLock { $0.stopping = true }
        ring()
    }
}
