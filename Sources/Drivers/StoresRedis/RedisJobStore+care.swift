public import Jobs
internal import Redis

extension RedisJobStore {
    // MARK: Announcements

    public func dueAnnouncements(_ query: AnnouncementQuery) async throws(JobStoreError) -> [Announcement] {
        let parts = try await due(query, limit: max(0, query.limit))[1].items()
        var found: [Announcement] = []
        for index in stride(from: 0, to: parts.count - 1, by: 2) {
            found.append(try Coding.announcement(try parts[index].word(), try parts[index + 1].raw()))
        }
        return found
    }

    public func nextAnnouncement(_ query: AnnouncementQuery) async throws(JobStoreError) -> Double? {
        try await due(query, limit: 0)[0].text.flatMap(Double.init)
    }

    private func due(_ query: AnnouncementQuery, limit: Int) async throws(JobStoreError) -> [RedisValue] {
        let passing: [any RedisArgument] = query.passingOver.sorted() + query.withoutTargets.sorted()
        return try await read(Lua.due, [limit, query.passingOver.count] + passing).items(2)
    }

    public func postpone(_ announcement: String, by seconds: Double) async throws(JobStoreError) {
        _ = try await run(Lua.postpone, [announcement, seconds])
    }

    public func removeAnnouncement(_ id: String) async throws(JobStoreError) { _ = try await read(Lua.told, [id]) }

    // MARK: Care

    /// Records that one script looks at: a millisecond or two, during which the server does nothing else.
    private static let atOnce = 500

    public func prune(finishedBefore wall: Double) async throws(JobStoreError) -> Pruned {
        var (jobs, media) = (0, Set<String>())
        var offset = 0
        while true {
            let reply = try await run(Lua.prune, [wall, offset, Self.atOnce]).items(4)
            offset += try reply[1].number()
            jobs += try reply[2].number()
            for item in try reply[3].items() { media.insert(try item.word()) }
            if try reply[0].number() < Self.atOnce { break }
        }
        media.formUnion(try await release(.succeeded, rules.retention.succeededMedia))
        media.formUnion(try await release(.failed, rules.retention.failedMedia))
        media.formUnion(try await release(.cancelled, 0))
        return Pruned(jobs: jobs, media: try await sweep(media))
    }

    /// Media that was kept long enough after its execution ended.
    private func release(_ state: ExecutionState, _ seconds: Double) async throws(JobStoreError) -> Set<String> {
        var (media, offset) = (Set<String>(), 0)
        while true {
            let reply = try await run(Lua.release, [Coding.letter(state), seconds, offset, Self.atOnce]).items(3)
            offset += try reply[1].number()
            for item in try reply[2].items() { media.insert(try item.word()) }
            if try reply[0].number() < Self.atOnce { return media }
        }
    }

    private func sweep(_ media: Set<String>) async throws(JobStoreError) -> [MediaReference] {
        var free: [MediaReference] = []
        for item in try await run(Lua.sweep, media.sorted()).items() {
            if let reference = try item.media() { free.append(reference) }
        }
        return free.sorted { $0.sortKey < $1.sortKey }
    }

    public func keptMedia() async throws(JobStoreError) -> Set<String> {
        var names: Set<String> = []
        for item in try await call(RedisCommand("HKEYS", key("media"), isIdempotent: true)).items() {
            if case .kept(let name, _) = try item.media() { names.insert(name) }
        }
        return names
    }

    public func setPaused(_ isPaused: Bool) async throws(JobStoreError) {
        _ = try await call(RedisCommand("HSET", key("queue"), "paused", isPaused ? 1 : 0, isIdempotent: true))
        guard !isPaused else { return }
        _ = try await call(RedisCommand("PUBLISH", key("work"), "", isIdempotent: true))
    }

    public func statistics() async throws(JobStoreError) -> QueueStatistics {
        let reply = try await read(Lua.statistics, []).items(3)
        let counts = try reply[0].items()
        var jobs: [ExecutionState: Int] = [:]
        for index in stride(from: 0, to: counts.count - 1, by: 2) {
            jobs[try Coding.state(counts[index].text)] = Int(try counts[index + 1].word())
        }
        let numbers = try reply[1].items(2 * Lane.allCases.count)
        let runs = try await recentRuns(limit: JobRules.runsKept)
        var lanes: [Lane: QueueStatistics.LaneFigures] = [:]
        for (index, lane) in Lane.allCases.enumerated() {
            let ofLane = runs.filter { $0.lane == lane }
            var figures = QueueStatistics.LaneFigures()
            figures.waiting = try numbers[2 * index].number()
            figures.running = try numbers[2 * index + 1].number()
            (figures.meanWait, figures.p95Wait) = Self.meanAndP95(ofLane.map(\.wait))
            (figures.meanRun, figures.p95Run) = Self.meanAndP95(ofLane.map(\.run))
            lanes[lane] = figures
        }
        return QueueStatistics(jobs: jobs, lanes: lanes, isPaused: reply[2].text == "1")
    }

    /// The 95th percentile by nearest rank: the smallest value that 95 % do not exceed.
    private static func meanAndP95(_ values: [Double]) -> (Double, Double) {
        guard !values.isEmpty else { return (0, 0) }
        let rank = Int((Double(values.count) * 0.95).rounded(.up))
        return (values.reduce(0, +) / Double(values.count), values.sorted()[rank - 1])
    }

    public func recentRuns(limit: Int) async throws(JobStoreError) -> [RecentRun] {
        guard limit > 0 else { return [] }
        let reply = try await call(RedisCommand("LRANGE", key("runs"), 0, limit - 1, isIdempotent: true))
        var runs: [RecentRun] = []
        for item in try reply.items() { runs.append(try Coding.run(try item.raw())) }
        return runs
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
