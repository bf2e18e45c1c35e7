internal import CSystem
internal import Glibc

extension EventLoop {
    private static let jobsPerTurn = 64

    public func enqueue(_ job: consuming ExecutorJob) {
        enqueue(Job(job: UnownedJob(job), asTask: false))
    }

    /// On the loop's thread a job costs an append. From elsewhere only the first of a batch rings the bell.
    func enqueue(_ job: Job) {
        if isCurrent {
            ready.append(job)
            return
        }
        let first = inbox.withLock { inbox in
            inbox.jobs.append(job)
            return inbox.jobs.count == 1
        }
        if first { ring() }
    }

    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    /// Makes `assumeIsolated` work in epoll callbacks, which run outside any Swift job.
    public func checkIsolated() {
        assertCurrent()
    }

    /// Answers the runtime without trapping; with it a call between two actors of one loop never enqueues a job
    /// (measured: without it every call from an immediate task became a hop).
    public func isIsolatingCurrentContext() -> Bool? {
        isCurrent
    }

    /// Adding to an eventfd fails only when its counter is full, and then the loop is awake anyway.
    func ring() {
        var one: UInt64 = 1
        _ = write(wakeup.number, &one, 8)
    }

    /// Runs a slice of what was queued; what those jobs enqueue comes after the rest, and sockets and timers are
    /// looked at between two slices.
    func runJobs() {
        takeJobs()
        let slice = nextJob..<min(nextJob + Self.jobsPerTurn, running.count)
        nextJob = slice.upperBound
        for index in slice {
            let job = running[index]
            if job.asTask {
                job.job.runSynchronously(on: taskExecutor.asUnownedTaskExecutor())
            } else {
                job.job.runSynchronously(on: asUnownedSerialExecutor())
            }
        }
    }

    /// Whether a job waits on this thread; the inbox is another matter.
    var hasJobs: Bool { nextJob < running.count || !ready.isEmpty }

    /// Empties the inbox in every turn, whatever still waits: its bell rings once for all that is in it.
    private func takeJobs() {
        inbox.withLock { inbox in
            if !inbox.jobs.isEmpty {
                ready.append(contentsOf: inbox.jobs)
                inbox.jobs.removeAll(keepingCapacity: true)
            }
        }
        guard nextJob == running.count else { return }
        running.removeAll(keepingCapacity: true)
        nextJob = 0
        swap(&ready, &running)
    }
}

/// A loop seen as the place where tasks without an actor run.
///
/// A type of its own, because the runtime must be told under which identity a job runs: jobs run as both at once
/// were enqueued again at every call into an actor of the loop (measured, four hops a call).
public final class LoopTaskExecutor: TaskExecutor, Sendable {
    // The loop owns this object and outlives every job it runs.
    private unowned let loop: EventLoop

    init(_ loop: EventLoop) {
        self.loop = loop
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        loop.enqueue(EventLoop.Job(job: UnownedJob(job), asTask: true))
    }
}
