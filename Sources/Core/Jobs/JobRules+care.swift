extension JobRules {
    public func prune(finishedBefore wall: Double, _ records: some JobRecords) throws -> Pruned {
        var media: Set<MediaReference> = []
        var count = 0
        let now = clock.now().wall
        // What somebody is still to be told stays until then.
        for record in try records.finished(before: wall, now: now)
        where try !records.hasAnnouncements(record.execution.id) {
            for job in try records.jobs(of: record.execution.id) {
                try records.removeJob(job.id)
                count += 1
            }
            try records.removeExecution(record.execution.id)
            if let reference = record.execution.media { media.insert(reference) }
        }
        media.formUnion(try releaseKeptLongEnough(.succeeded, retention.succeededMedia, records))
        media.formUnion(try releaseKeptLongEnough(.failed, retention.failedMedia, records))
        media.formUnion(try releaseKeptLongEnough(.cancelled, 0, records))
        try records.forgetIdleTurns()
        let unneeded = try media.compactMap { try unused($0, records) }
        return Pruned(jobs: count, media: unneeded.sorted { $0.sortKey < $1.sortKey })
    }

    private func releaseKeptLongEnough(_ state: ExecutionState, _ seconds: Double, _ records: some JobRecords) throws
        -> [MediaReference]
    {
        let now = clock.now().wall
        return try records.finishedWithMedia(state, before: now - seconds, now: now).compactMap { record in
            var emptied = record
            emptied.execution.media = nil
            try records.update(emptied, Fence(record.execution))
            return record.execution.media
        }
    }

    public func position(of id: JobID, _ records: some JobRecords) throws -> Int? {
        guard let view = try owned(id, nil, records), view.state == .queued || view.state == .waiting,
            let record = try records.execution(view.execution.id)
        else { return nil }
        let (lane, owner) = (view.execution.lane, view.execution.owner)
        let rank = try records.ahead(of: record)
        let turn = try records.turn(lane, owner) ?? .min
        // Each other owner has a turn before each of this owner's, and one more when it is next before this one.
        return try records.waitingExecutions(lane).reduce(rank) { sum, line in
            guard line.key != owner else { return sum }
            let isFirst = try (records.turn(lane, line.key) ?? .min) < turn
            return sum + min(line.value, rank + (isFirst ? 1 : 0))
        }
    }

    public func statistics(_ records: some JobRecords) throws -> QueueStatistics {
        let runs = try records.recentRuns(limit: Self.runsKept)
        var lanes: [Lane: QueueStatistics.LaneFigures] = [:]
        for lane in Lane.allCases {
            let ofLane = runs.filter { $0.lane == lane }
            var figures = QueueStatistics.LaneFigures()
            figures.waiting = try records.waitingExecutions(lane).values.reduce(0, +)
            figures.running = try records.runningExecutions(lane)
            (figures.meanWait, figures.p95Wait) = Self.meanAndP95(ofLane.map(\.wait))
            (figures.meanRun, figures.p95Run) = Self.meanAndP95(ofLane.map(\.run))
            lanes[lane] = figures
        }
        return QueueStatistics(jobs: try records.jobCounts(), lanes: lanes, isPaused: try records.isPaused())
    }

    /// The 95th percentile by nearest rank: the smallest value that 95 % do not exceed.
    private static func meanAndP95(_ values: [Double]) -> (Double, Double) {
        guard !values.isEmpty else { return (0, 0) }
        let rank = Int((Double(values.count) * 0.95).rounded(.up))
        return (values.reduce(0, +) / Double(values.count), values.sorted()[rank - 1])
    }
}

extension MediaReference {
    /// An order for lists, the same on every run.
    fileprivate var sortKey: String {
        switch self {
        case .kept(let name, _), .passing(let name): name
        case .address(let address): address
        }
    }
}
