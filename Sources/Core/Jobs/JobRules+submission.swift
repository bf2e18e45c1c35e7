extension JobRules {
    public func submit(_ submission: Submission, _ records: some JobRecords) throws -> Submitted {
        let now = clock.now()
        if let job = try records.job(submission.id) { return try repeated(job, submission, records) }
        if let result = submission.result { return try answered(submission, result, now, records) }
        let other = try submission.key.flatMap { try records.unfinishedExecution(key: $0) }
        if other?.execution.state != .running, try records.waitingJobs(of: submission.owner) >= waitingPerOwner {
            throw JobStoreError.tooManyWaiting(retryAfter: try secondsUntilRoom(records))
        }
        let sequence = try records.nextSequence()
        if let other { return try join(submission, other, sequence, now, records) }
        let record = ExecutionRecord(execution: newExecution(submission, now), sequence: sequence)
        try enterLane(record.execution, sequence: sequence, records)
        try records.insert(record)
        let job = newJob(submission, record.execution.id, now)
        try records.insert(job, sequence: sequence)
        return .queued(JobView(job: job, execution: record.execution))
    }

    private func newExecution(_ submission: Submission, _ now: JobInstant) -> Execution {
        var execution = Execution(
            id: newExecutionID(), key: submission.key, order: submission.order, media: submission.media,
            lane: Lane(audioSeconds: submission.audioSeconds), priority: submission.priority, owner: submission.owner,
            batch: submission.batch, isEphemeral: submission.isEphemeral, createdAt: now.wall)
        execution.keeping = submission.keeping
        return execution
    }

    private func newJob(_ submission: Submission, _ execution: ExecutionID, _ now: JobInstant) -> Job {
        Job(
            id: submission.id, owner: submission.owner, execution: execution, name: submission.name,
            priority: submission.priority, batch: submission.batch, callback: submission.callback,
            digest: submission.digest, isEphemeral: submission.isEphemeral, createdAt: now.wall)
    }

    /// The id is known. A request that asks for a promise now makes the job, and what computes it, durable.
    private func repeated(_ job: Job, _ submission: Submission, _ records: some JobRecords) throws -> Submitted {
        guard job.owner == submission.owner, job.digest == submission.digest,
            var record = try records.execution(job.execution)
        else { throw JobStoreError.idTaken }
        var job = job
        if job.isEphemeral, !submission.isEphemeral {
            let fence = Fence(record.execution)
            job.isEphemeral = false
            makeDurable(&record.execution, submission.media)
            try records.update(record, fence)
            try records.update(job)
        }
        return .repeated(JobView(job: job, execution: record.execution))
    }

    private func makeDurable(_ execution: inout Execution, _ media: MediaReference?) {
        execution.isEphemeral = false
        // What only passes by is gone after a restart; a promise needs what stays.
        if execution.media?.isPassing ?? true, let media, !media.isPassing { execution.media = media }
    }

    /// The text is known: a success that was never queued.
    private func answered(_ submission: Submission, _ result: [UInt8], _ now: JobInstant, _ records: some JobRecords)
        throws -> Submitted
    {
        // No sequence number is spent on what is not kept.
        let sequence = submission.isEphemeral ? 0 : try records.nextSequence()
        var record = ExecutionRecord(execution: newExecution(submission, now), sequence: sequence)
        _ = apply(.claimed(lease: 0), to: &record, now)
        _ = apply(.succeeded, to: &record, now)
        let seconds = submission.audioSeconds ?? 0
        record.execution.progress = ExecutionProgress(done: seconds, total: seconds)
        if max(retention.succeededMedia, submission.keeping.media) <= 0, record.execution.media?.isFile == true {
            record.execution.media = nil
        }
        let job = newJob(submission, record.execution.id, now)
        if !submission.isEphemeral {
            try records.insert(record)
            try records.insert(job, sequence: sequence)
            try records.setResult(result, of: record.execution.id)
            try announce(record.execution, to: [job], now, records)
        }
        return .queued(JobView(job: job, execution: record.execution))
    }

    private func join(
        _ submission: Submission, _ other: ExecutionRecord, _ sequence: Int64, _ now: JobInstant,
        _ records: some JobRecords
    ) throws -> Submitted {
        var record = other
        let fence = Fence(record.execution)
        record.execution.priority = max(record.execution.priority, submission.priority)
        record.execution.keeping = record.execution.keeping.joined(with: submission.keeping)
        if let seconds = submission.audioSeconds {
            record.execution.lane = min(record.execution.lane, Lane(audioSeconds: seconds))
        }
        if !submission.isEphemeral { makeDurable(&record.execution, submission.media) }
        try enterLane(record.execution, sequence: sequence, records)
        try records.update(record, fence)
        let job = newJob(submission, record.execution.id, now)
        try records.insert(job, sequence: sequence)
        return .joined(JobView(job: job, execution: record.execution))
    }

    /// As long as a recent run took, within reason.
    private func secondsUntilRoom(_ records: some JobRecords) throws -> Int {
        let runs = try records.recentRuns(limit: 50).map(\.run)
        guard !runs.isEmpty else { return 10 }
        return Int(min(max(runs.reduce(0, +) / Double(runs.count), 1), 3600).rounded(.up))
    }
}
