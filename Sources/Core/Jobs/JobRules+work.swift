extension JobRules {
    public func claim(_ request: ClaimRequest, _ records: some JobRecords) throws -> Claim? {
        guard try !records.isPaused() else { return nil }
        let now = clock.now()
        for lane in request.lanes.sorted() {
            guard var record = try records.candidate(lane, request, now: now.monotonic) else {
                continue
            }
            let fence = Fence(record.execution)
            guard apply(.claimed(lease: request.lease), to: &record, now) else {
                throw JobStoreError.broken("a candidate in state \(fence.state.rawValue) cannot be claimed")
            }
            record.claimedAt = now.monotonic
            record.firstStartedAt = record.firstStartedAt ?? now.wall
            // Each attempt counts anew; what checkpoints save of it the worker's first heartbeat says.
            record.execution.progress.done = 0
            try records.update(record, fence)
            try records.setTurn(lane, record.execution.owner, try records.nextSequence())
            return Claim(
                execution: record.execution, jobs: try records.jobs(of: record.execution.id).filter { !$0.isCancelled })
        }
        return nil
    }

    public func nextDue(_ records: some JobRecords) throws -> Double? {
        let moments = [try records.earliestRetry(), try records.earliestLeaseEnd()].compactMap(\.self)
        let now = clock.now().monotonic
        return moments.min().map { max(0, $0 - now) }
    }

    public func heartbeat(
        _ token: ClaimToken, lease: Double, _ progress: ExecutionProgress, lane: Lane, _ records: some JobRecords
    ) throws -> Heartbeat {
        var record = try held(token, records)
        let fence = Fence(record.execution)
        _ = apply(.renewed(lease: lease), to: &record, clock.now())
        record.execution.progress.done = max(record.execution.progress.done, progress.done)
        record.execution.progress.total = progress.total ?? record.execution.progress.total
        record.execution.lane = lane
        try enterLane(record.execution, sequence: record.sequence, records)
        try records.update(record, fence)
        return Heartbeat(isEphemeral: record.execution.isEphemeral, priority: record.execution.priority)
    }

    public func checkpoint(_ token: ClaimToken, _ number: Int, _ bytes: [UInt8], _ records: some JobRecords) throws {
        let record = try held(token, records)
        guard !record.execution.isEphemeral else { return }
        // The fence stands in the same write: a row that changed since would refuse it.
        try records.update(record, Fence(record.execution))
        try records.setCheckpoint(number, bytes, of: token.execution)
    }

    public func checkpoints(_ token: ClaimToken, _ records: some JobRecords) throws -> [Int: [UInt8]] {
        try records.checkpoints(of: try held(token, records).execution.id)
    }

    public func discardCheckpoints(_ token: ClaimToken, _ records: some JobRecords) throws {
        try records.removeCheckpoints(of: try held(token, records).execution.id)
    }

    public func finish(_ token: ClaimToken, _ outcome: Outcome, _ records: some JobRecords) throws -> Finished {
        var record = try held(token, records)
        let fence = Fence(record.execution)
        let now = clock.now()
        _ = apply(event(outcome), to: &record, now)
        if case .succeeded(_, let seconds) = outcome {
            record.execution.progress = ExecutionProgress(done: seconds, total: seconds)
        }
        let released = mediaToRelease(record.execution)
        if released != nil { record.execution.media = nil }
        try records.update(record, fence)
        let jobs = try records.jobs(of: token.execution).filter { !$0.isCancelled }
        guard record.execution.state.isFinal else {
            return Finished(execution: record.execution, jobs: jobs, media: nil)
        }
        try records.removeCheckpoints(of: token.execution)
        if case .succeeded(let result, let seconds) = outcome {
            try keep(result, seconds, record, now, records)
        }
        try announce(record.execution, to: jobs, now, records)
        for job in jobs where job.isEphemeral { try records.removeJob(job.id) }
        let deserted = try removeIfDeserted(record.execution, records)
        return Finished(execution: record.execution, jobs: jobs, media: try deserted ?? unused(released, records))
    }

    private func event(_ outcome: Outcome) -> ExecutionEvent {
        switch outcome {
        case .succeeded: .succeeded
        case .failed(let failure): .failed(failure)
        case .released: .released
        }
    }

    /// Media of an ended execution that is not kept for later.
    private func mediaToRelease(_ execution: Execution) -> MediaReference? {
        guard let media = execution.media, media.isFile else { return nil }
        switch execution.state {
        case .succeeded: return max(retention.succeededMedia, execution.keeping.media) > 0 ? nil : media
        case .failed: return retention.failedMedia > 0 ? nil : media
        default: return nil
        }
    }

    private func keep(
        _ result: [UInt8], _ seconds: Double, _ record: ExecutionRecord, _ now: JobInstant, _ records: some JobRecords
    ) throws {
        if !record.execution.isEphemeral { try records.setResult(result, of: record.execution.id) }
        // The wall clock may have been set meanwhile; a wait is never negative.
        let wait = max(0, (record.firstStartedAt ?? now.wall) - record.execution.createdAt)
        let run = max(0, now.monotonic - (record.claimedAt ?? now.monotonic))
        try records.addRun(
            RecentRun(
                engine: record.execution.order.engine, model: record.execution.order.model,
                lane: record.execution.lane, audioSeconds: seconds, wait: wait, run: run))
    }

    public func reclaim(_ records: some JobRecords) throws -> [ExecutionID] {
        let now = clock.now()
        return try requeue(now, records) { ($0.leaseEnds ?? now.monotonic) <= now.monotonic }
    }

    func requeue(_ now: JobInstant, _ records: some JobRecords, where isLost: (Execution) -> Bool) throws
        -> [ExecutionID]
    {
        var reclaimed: [ExecutionID] = []
        for var record in try records.running() where isLost(record.execution) {
            let fence = Fence(record.execution)
            guard apply(.leaseLost, to: &record, now) else { continue }
            try records.update(record, fence)
            reclaimed.append(record.execution.id)
        }
        return reclaimed
    }
}
