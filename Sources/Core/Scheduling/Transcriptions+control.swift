public import Jobs
import Review

extension Transcriptions {
    /// Cancels a job at whatever stage, also from a task that is itself cancelled. Returns `nil` for one that is not
    /// there, else what it was or is now.
    public func cancel(_ id: JobID, owner: Owner?) async throws -> ExecutionState? {
        try await regardless { try await cancelNow(id, owner: owner) }
    }

    private func cancelNow(_ id: JobID, owner: Owner?) async throws -> ExecutionState? {
        switch try await parts.store.cancel(id, owner: owner) {
        case .notFound:
            // Still uploading: its connection is told by the hub.
            guard await parts.hub.progress(of: id, owner: owner) != nil else { return nil }
        case .finished(let state): return state
        case .cancelled(let stopped, let media):
            await stop(stopped)
            await dispatcher.remove(media)
        }
        await parts.hub.end(id, .failure(.cancelled))
        wake()
        return .cancelled
    }

    /// Queues a failed or cancelled job again, from the media it had.
    public func retry(_ id: JobID, owner: Owner?) async throws -> JobView? {
        let view = try await parts.store.retry(id, owner: owner)
        if view != nil { wake() }
        return view
    }

    /// Removes a job, its text and its media; cancels it first when it is not finished.
    public func delete(_ id: JobID, owner: Owner?) async throws -> Bool {
        guard case .deleted(let stopped, let media) = try await parts.store.delete(id, owner: owner) else {
            return false
        }
        try await reviews?.forget(id)
        try await reviews?.sweep()
        await stop(stopped)
        await dispatcher.remove(media)
        await parts.hub.end(id, .failure(.cancelled))
        wake()
        return true
    }

    /// Removes what finished so many seconds ago. Returns how many jobs went.
    public func prune(olderThan seconds: Double) async throws -> Int {
        let pruned = try await parts.store.prune(finishedBefore: parts.clock.now().wall - seconds)
        for media in pruned.media { await dispatcher.remove(media) }
        return pruned.jobs
    }

    public func setPaused(_ isPaused: Bool) async throws {
        try await parts.store.setPaused(isPaused)
        wake()
    }
}
