extension JobRules {
    public func cancel(_ id: JobID, owner: Owner?, _ records: some JobRecords) throws -> Cancelled {
        guard let view = try owned(id, owner, records) else { return .notFound }
        guard !view.state.isFinal else { return .finished(view.state) }
        let left = try leave(view.job, keepingRow: !view.job.isEphemeral, records)
        return .cancelled(stopped: left.stopped, media: left.media)
    }

    public func delete(_ id: JobID, owner: Owner?, _ records: some JobRecords) throws -> Deleted {
        guard let view = try owned(id, owner, records) else { return .notFound }
        guard view.state.isFinal else {
            let left = try leave(view.job, keepingRow: false, records)
            return .deleted(stopped: left.stopped, media: left.media)
        }
        try records.removeJob(id)
        return .deleted(stopped: nil, media: try removeIfDeserted(view.execution, records))
    }

    /// Takes an unfinished job off its execution, which ends with its last one.
    private func leave(_ job: Job, keepingRow: Bool, _ records: some JobRecords) throws
        -> (stopped: ExecutionID?, media: MediaReference?)
    {
        guard var record = try records.execution(job.execution) else { throw JobStoreError.notFound }
        let fence = Fence(record.execution)
        let media = record.execution.media
        if keepingRow {
            var job = job
            job.isCancelled = true
            try records.update(job)
            try records.removeAnnouncements(of: job.id)
        } else {
            try records.removeJob(job.id)
        }
        let rows = try records.jobs(of: record.execution.id)
        let others = rows.filter { !$0.isCancelled }
        guard others.isEmpty else {
            record.execution.priority = others.map(\.priority).max() ?? 0
            try records.update(record, fence)
            return (nil, nil)
        }
        _ = apply(.abandoned, to: &record, clock.now())
        // An address costs nothing to keep and lets the job be tried again.
        if media?.isFile == true { record.execution.media = nil }
        try records.update(record, fence)
        try records.removeCheckpoints(of: record.execution.id)
        if rows.isEmpty { try records.removeExecution(record.execution.id) }
        return (record.execution.id, try unused(media, records))
    }

    /// Removes an ended execution that no job refers to. Returns its media when that is nobody else's.
    func removeIfDeserted(_ execution: Execution, _ records: some JobRecords) throws -> MediaReference? {
        guard execution.state.isFinal, try records.jobs(of: execution.id).isEmpty else { return nil }
        try records.removeExecution(execution.id)
        return try unused(execution.media, records)
    }

    public func shed(_ id: JobID, owner: Owner?, media: Bool, text: Bool, _ records: some JobRecords) throws -> Shed {
        guard let view = try owned(id, owner, records) else { return .notFound }
        guard view.state.isFinal, var record = try records.execution(view.execution.id) else { return .unfinished }
        if text { try records.removeResult(of: view.execution.id) }
        guard media, view.execution.media != nil else { return .done(media: nil, key: text ? view.execution.key : nil) }
        record.execution.media = nil
        try records.update(record, Fence(view.execution))
        return .done(media: try unused(view.execution.media, records), key: text ? view.execution.key : nil)
    }

    public func retry(_ id: JobID, owner: Owner?, _ records: some JobRecords) throws -> JobView? {
        guard let view = try owned(id, owner, records), view.state == .failed || view.state == .cancelled,
            var record = try records.execution(view.execution.id)
        else { return nil }
        let fence = Fence(record.execution)
        var job = view.job
        if record.execution.state == .failed || record.execution.state == .cancelled {
            // Somebody may have asked for the same meanwhile.
            if let key = record.execution.key, let other = try records.unfinishedExecution(key: key) {
                return try attach(job, to: other, leaving: record.execution, records)
            }
            guard apply(.retried, to: &record, clock.now()) else { return nil }
            record.execution.progress = ExecutionProgress(total: record.execution.progress.total)
        }
        job.isCancelled = false
        record.execution.priority = max(job.priority, try activePriority(record.execution.id, records))
        try enterLane(record.execution, sequence: record.sequence, records)
        try records.update(record, fence)
        try records.update(job)
        return JobView(job: job, execution: record.execution)
    }

    private func activePriority(_ id: ExecutionID, _ records: some JobRecords) throws -> Int {
        try records.jobs(of: id).filter { !$0.isCancelled }.map(\.priority).max() ?? .min
    }

    private func attach(
        _ job: Job, to other: ExecutionRecord, leaving old: Execution, _ records: some JobRecords
    ) throws -> JobView {
        var (job, other) = (job, other)
        let fence = Fence(other.execution)
        job.execution = other.execution.id
        job.isCancelled = false
        other.execution.priority = max(other.execution.priority, job.priority)
        other.execution.keeping = other.execution.keeping.joined(with: old.keeping)
        if !job.isEphemeral {
            other.execution.isEphemeral = false
            if other.execution.media?.isPassing ?? true, let media = old.media { other.execution.media = media }
        }
        try records.update(other, fence)
        try records.update(job)
        // Its media, if it is still there, is removed with others that nobody refers to, when the store is pruned.
        if try records.jobs(of: old.id).isEmpty, old.media == nil { try records.removeExecution(old.id) }
        return JobView(job: job, execution: other.execution)
    }
}
