extension JobRules {
    /// Brings in order what the death of a server left: nobody holds a lease any more, and what was promised to nobody
    /// is gone. To be called once, before anything else.
    ///
    /// - Parameter isNewBoot: the monotonic clock began anew, so what waits on it is due at once.
    /// - Returns: media that nobody refers to any more.
    @discardableResult
    public func restart(isNewBoot: Bool, _ records: some JobRecords) throws -> [MediaReference] {
        let now = clock.now()
        _ = try requeue(now, records) { _ in true }
        var touched: Set<ExecutionID> = []
        for job in try records.ephemeralJobs() {
            try records.removeJob(job.id)
            touched.insert(job.execution)
        }
        for record in try records.perishable() where try removeJobsOfLost(record, records) {
            touched.insert(record.execution.id)
        }
        var dropped: [MediaReference] = []
        for id in touched { dropped += try closeDeserted(id, now, records).map { [$0] } ?? [] }
        guard isNewBoot else { return dropped }
        for var record in try records.waitingForRetry() {
            record.execution.notBefore = now.monotonic
            try records.update(record, Fence(record.execution))
        }
        return dropped
    }

    /// Nobody was answered yet about what was still arriving: its jobs go, so that the same request is new again.
    /// An ended execution only loses the media.
    private func removeJobsOfLost(_ record: ExecutionRecord, _ records: some JobRecords) throws -> Bool {
        if record.execution.state.isFinal, !record.execution.isEphemeral {
            var record = record
            record.execution.media = nil
            try records.update(record, Fence(record.execution))
            return false
        }
        for job in try records.jobs(of: record.execution.id) { try records.removeJob(job.id) }
        return true
    }

    private func closeDeserted(_ id: ExecutionID, _ now: JobInstant, _ records: some JobRecords) throws
        -> MediaReference?
    {
        guard var record = try records.execution(id) else { return nil }
        let rows = try records.jobs(of: id)
        guard rows.allSatisfy(\.isCancelled) else { return nil }
        let media = record.execution.media
        if rows.isEmpty {
            try records.removeExecution(id)
        } else if !record.execution.state.isFinal {
            let fence = Fence(record.execution)
            _ = apply(.abandoned, to: &record, now)
            record.execution.media = nil
            try records.update(record, fence)
        } else {
            return nil
        }
        return try unused(media, records)
    }
}
