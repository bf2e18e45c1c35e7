public import Jobs
public import Transcripts

/// Where those who wait for a job, and those who only watch it, hear of it. Holds jobs in work only: finished ones are
/// in the store.
public actor ProgressHub {
    public typealias Ending = Result<Transcript, JobFailure>

    private struct Channel {
        let owner: Owner
        var progress: JobProgress
        var execution: ExecutionID?
        var ending: Ending?
        /// Requests that will still ask for the ending.
        var holds = 0
        var watchers: [Int: AsyncStream<JobProgress>.Continuation] = [:]
        var waiters: [Int: CheckedContinuation<Ending, any Error>] = [:]
    }

    private var channels: [JobID: Channel] = [:]
    private var attached: [ExecutionID: Set<JobID>] = [:]
    /// Watchers of jobs that do not exist yet.
    private var early: [JobID: [Int: AsyncStream<JobProgress>.Continuation]] = [:]
    private var earlyOwners: [Int: Owner?] = [:]
    private var nextNumber = 0
    /// To other nodes, whose watchers wait for what is worked on here.
    private let wire: (any NewsWire)?

    public init(wire: (any NewsWire)? = nil) { self.wire = wire }

    // MARK: - Jobs

    /// Begins to speak of a job. Returns `false` when that is done already, for another request.
    /// - Parameter isHeld: keeps the ending until `release`.
    public func open(_ id: JobID, owner: Owner, startTime: Double, isHeld: Bool) -> Bool {
        guard channels[id] == nil else { return false }
        var channel = Channel(
            owner: owner,
            progress: JobProgress(job: id, stage: .queued, progress: 0, message: "Waiting", startTime: startTime))
        channel.holds = isHeld ? 1 : 0
        for (number, continuation) in early.removeValue(forKey: id) ?? [:] {
            let asker = earlyOwners.removeValue(forKey: number) ?? nil
            if asker == nil || asker == owner {
                channel.watchers[number] = continuation
                continuation.yield(channel.progress)
            } else {
                continuation.finish()
            }
        }
        channels[id] = channel
        return true
    }

    /// One more request that will ask for the ending of a job that is spoken of.
    public func hold(_ id: JobID) -> Bool {
        guard channels[id] != nil else { return false }
        channels[id]?.holds += 1
        return true
    }

    public func release(_ id: JobID) {
        channels[id]?.holds -= 1
        forgetIfOver(id)
    }

    /// Ends the talk of a job that never came to be.
    public func discard(_ id: JobID) {
        guard let channel = channels.removeValue(forKey: id) else { return }
        if let execution = channel.execution { attached[execution]?.remove(id) }
        for watcher in channel.watchers.values { watcher.finish() }
        for waiter in channel.waiters.values { waiter.resume(throwing: CancellationError()) }
    }

    /// From now on events of `execution` are events of this job.
    public func attach(_ id: JobID, to execution: ExecutionID) {
        guard channels[id] != nil else { return }
        if let old = channels[id]?.execution { attached[old]?.remove(id) }
        channels[id]?.execution = execution
        attached[execution, default: []].insert(id)
    }

    /// All jobs of one execution go over to another.
    public func move(from old: ExecutionID, to new: ExecutionID) {
        for id in attached[old] ?? [] { attach(id, to: new) }
        attached[old] = nil
    }

    /// Jobs that have not ended, with what computes them.
    public var unfinished: [(job: JobID, execution: ExecutionID)] {
        attached.flatMap { execution, jobs in jobs.map { ($0, execution) } }
    }

    public func isSpokenOf(_ id: JobID) -> Bool { channels[id] != nil }

    public func jobs(of execution: ExecutionID) -> Set<JobID> { attached[execution] ?? [] }

    // MARK: - Events

    /// What happens to an execution that is worked on here; other nodes hear of it.
    public func tell(_ event: ProgressEvent, of execution: ExecutionID) {
        wire?.send(.progress(execution, event))
        hear(event, of: execution)
    }

    /// The same, when another node works on it.
    public func hear(_ event: ProgressEvent, of execution: ExecutionID) {
        for id in attached[execution] ?? [] { tell(event, about: id) }
    }

    public func tell(_ event: ProgressEvent, about id: JobID) {
        guard var channel = channels[id], channel.progress.apply(event) else { return }
        channels[id] = channel
        for watcher in channel.watchers.values { watcher.yield(channel.progress) }
    }

    /// The end of an execution, for all of its jobs.
    public func end(_ execution: ExecutionID, _ ending: Ending) {
        wire?.send(.ended(execution))
        for id in attached.removeValue(forKey: execution) ?? [] { end(id, ending) }
    }

    /// The end of one job.
    public func end(_ id: JobID, _ ending: Ending) {
        guard channels[id]?.ending == nil, channels[id] != nil else { return }
        channels[id]?.ending = ending
        switch ending {
        case .success: tell(.completed, about: id)
        case .failure(let reason): tell(reason.code == "cancelled" ? .cancelled : .failed(reason), about: id)
        }
        for waiter in channels[id]?.waiters.values.map(\.self) ?? [] { waiter.resume(returning: ending) }
        for watcher in channels[id]?.watchers.values.map(\.self) ?? [] { watcher.finish() }
        channels[id]?.waiters = [:]
        channels[id]?.watchers = [:]
        if let execution = channels[id]?.execution { attached[execution]?.remove(id) }
        forgetIfOver(id)
    }

    private func forgetIfOver(_ id: JobID) {
        guard let channel = channels[id], channel.ending != nil, channel.holds <= 0 else { return }
        channels[id] = nil
    }

    // MARK: - Listening

    /// What was last told; `nil` for jobs that are not in work or belong to another.
    public func progress(of id: JobID, owner: Owner?) -> JobProgress? {
        guard let channel = channels[id], owner == nil || owner == channel.owner else { return nil }
        return channel.progress
    }

    /// Waits for the ending of a job that is spoken of. Cancelling the task ends the wait.
    public func ending(of id: JobID) async throws -> Ending {
        nextNumber += 1
        let number = nextNumber
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard let channel = channels[id], !Task.isCancelled else {
                    return continuation.resume(throwing: CancellationError())
                }
                if let ending = channel.ending { return continuation.resume(returning: ending) }
                channels[id]?.waiters[number] = continuation
            }
        } onCancel: {
            // Awaited by nobody: it touches only the list of those who wait.
            Task { await self.leave(id, number) }
        }
    }

    private func leave(_ id: JobID, _ number: Int) {
        channels[id]?.waiters.removeValue(forKey: number)?.resume(throwing: CancellationError())
    }

    /// The state now and every change until the end; a slow watcher misses states in between, never the last. A job
    /// that does not exist yet may be waited for.
    public func watch(_ id: JobID, owner: Owner?) -> AsyncStream<JobProgress> {
        let (stream, continuation) = AsyncStream.makeStream(of: JobProgress.self, bufferingPolicy: .bufferingNewest(1))
        nextNumber += 1
        let number = nextNumber
        // Awaited by nobody: it touches only the list of watchers.
        continuation.onTermination = { _ in Task { await self.unwatch(id, number) } }
        guard let channel = channels[id] else {
            early[id, default: [:]][number] = continuation
            earlyOwners[number] = owner
            return stream
        }
        guard owner == nil || owner == channel.owner else {
            continuation.finish()
            return stream
        }
        continuation.yield(channel.progress)
        if channel.ending == nil { channels[id]?.watchers[number] = continuation } else { continuation.finish() }
        return stream
    }

    private func unwatch(_ id: JobID, _ number: Int) {
        channels[id]?.watchers[number] = nil
        early[id]?[number] = nil
        if early[id]?.isEmpty == true { early[id] = nil }
        earlyOwners[number] = nil
    }
}
