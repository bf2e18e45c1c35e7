extension JobRules {
    public func settle(
        _ id: ExecutionID, key: String, media: MediaReference, digest: String?, isDurable: Bool,
        _ records: some JobRecords
    ) throws -> Settled {
        guard var record = try records.execution(id) else { throw JobStoreError.notFound }
        let fence = Fence(record.execution)
        guard record.execution.state != .failed, record.execution.state != .cancelled else {
            throw JobStoreError.notFound
        }
        if record.execution.state != .succeeded, let other = try records.unfinishedExecution(key: key),
            other.execution.id != id
        {
            return try move(record, to: other, media: media, digest: digest, isDurable: isDurable, records)
        }
        record.execution.key = key
        take(media, into: &record.execution)
        if isDurable { record.execution.isEphemeral = false }
        try records.update(record, fence)
        for var job in try records.jobs(of: id) {
            job.digest = digest ?? job.digest
            if isDurable { job.isEphemeral = false }
            try records.update(job)
        }
        return .kept
    }

    /// Media that stays takes the place of what passed by or came from elsewhere. A success that needs none takes none.
    private func take(_ media: MediaReference, into execution: inout Execution) {
        switch execution.media {
        case .kept: break
        case nil where execution.state == .succeeded: break
        default: execution.media = media
        }
    }

    /// Two computations of the same: the jobs of this one go to the older, which is farther.
    private func move(
        _ record: ExecutionRecord, to other: ExecutionRecord, media: MediaReference, digest: String?,
        isDurable: Bool, _ records: some JobRecords
    ) throws -> Settled {
        let (fence, otherFence) = (Fence(record.execution), Fence(other.execution))
        var (record, other) = (record, other)
        // What passes by serves its own process only, which has it already.
        let tookMedia = (other.execution.media?.isPassing ?? true) && !media.isPassing
        if tookMedia { other.execution.media = media }
        other.execution.keeping = other.execution.keeping.joined(with: record.execution.keeping)
        for var job in try records.jobs(of: record.execution.id) where !job.isCancelled {
            other.execution.priority = max(other.execution.priority, job.priority)
            job.execution = other.execution.id
            job.digest = digest ?? job.digest
            if isDurable { job.isEphemeral = false }
            if !job.isEphemeral { other.execution.isEphemeral = false }
            try records.update(job)
        }
        try records.update(other, otherFence)
        _ = apply(.abandoned, to: &record, clock.now())
        record.execution.media = nil
        try records.update(record, fence)
        try records.removeCheckpoints(of: record.execution.id)
        if try records.jobs(of: record.execution.id).isEmpty { try records.removeExecution(record.execution.id) }
        return .moved(to: other.execution.id, tookMedia: tookMedia)
    }
}
