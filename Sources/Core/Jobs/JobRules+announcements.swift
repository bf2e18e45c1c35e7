extension JobRules {
    /// Tells who asked for it that an execution has ended, in the transaction that ends it.
    func announce(_ execution: Execution, to jobs: [Job], _ now: JobInstant, _ records: some JobRecords) throws {
        let kind: Announcement.Kind
        switch execution.state {
        case .succeeded: kind = .completed
        case .failed: kind = .failed
        case .queued, .running, .waiting, .cancelled: return
        }
        for job in jobs where !job.isEphemeral {
            guard let callback = job.callback else { continue }
            let sequence = try records.nextSequence()
            // A name of its own: the execution's is nobody's to see, and others may share it.
            let name = newExecutionID().text
            try records.insert(
                Announcement(
                    id: "msg_\(name)_\(sequence)", sequence: sequence, job: job.id, callback: callback,
                    kind: kind, failure: execution.failure, occurredAt: now.wall, dueAt: now.wall))
        }
    }

    public func dueAnnouncements(_ query: AnnouncementQuery, _ records: some JobRecords) throws -> [Announcement] {
        try records.announcements(query, dueBy: clock.now().wall)
    }

    /// Seconds from now until the next one is due, of those the query lets through.
    public func nextAnnouncement(_ query: AnnouncementQuery, _ records: some JobRecords) throws -> Double? {
        try records.earliestAnnouncement(query).map { max(0, $0 - clock.now().wall) }
    }

    /// Sent in vain: again in so many seconds. What was removed meanwhile stays so.
    public func postpone(_ id: String, by seconds: Double, _ records: some JobRecords) throws {
        guard var announcement = try records.announcement(id) else { return }
        announcement.tries += 1
        announcement.dueAt = clock.now().wall + seconds
        try records.update(announcement)
    }
}
