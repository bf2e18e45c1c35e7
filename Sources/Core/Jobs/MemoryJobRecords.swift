/// Jobs in dictionaries: nothing survives the process.
final class MemoryJobRecords: JobRecords {
    private struct Turn: Hashable {
        let lane: Lane
        let owner: Owner
    }

    private var sequence: Int64 = 0
    private var executions: [ExecutionID: ExecutionRecord] = [:]
    private var unfinishedKeys: [String: ExecutionID] = [:]
    private var jobs: [JobID: (job: Job, sequence: Int64)] = [:]
    private var jobsOfExecution: [ExecutionID: Set<JobID>] = [:]
    private var turns: [Turn: Int64] = [:]
    private var results: [ExecutionID: [UInt8]] = [:]
    private var checkpoints: [ExecutionID: [Int: [UInt8]]] = [:]
    var announcements: [String: Announcement] = [:]
    private var runs: [RecentRun] = []
    private var paused = false

    func nextSequence() -> Int64 {
        sequence += 1
        return sequence
    }

    // MARK: Executions

    func execution(_ id: ExecutionID) -> ExecutionRecord? { executions[id] }

    func unfinishedExecution(key: String) -> ExecutionRecord? { unfinishedKeys[key].flatMap { executions[$0] } }

    func insert(_ record: ExecutionRecord) { store(record) }

    func update(_ record: ExecutionRecord, _ fence: Fence) throws {
        guard let present = executions[record.execution.id], Fence(present.execution) == fence else {
            throw JobStoreError.leaseLost
        }
        if let key = present.execution.key, unfinishedKeys[key] == present.execution.id {
            unfinishedKeys[key] = nil
        }
        store(record)
    }

    private func store(_ record: ExecutionRecord) {
        executions[record.execution.id] = record
        if let key = record.execution.key, !record.execution.state.isFinal {
            unfinishedKeys[key] = record.execution.id
        }
    }

    func removeExecution(_ id: ExecutionID) {
        guard let record = executions.removeValue(forKey: id) else { return }
        if let key = record.execution.key, unfinishedKeys[key] == id { unfinishedKeys[key] = nil }
        results[id] = nil
        checkpoints[id] = nil
        jobsOfExecution[id] = nil
    }

    private func all(_ condition: (Execution) -> Bool) -> [ExecutionRecord] {
        executions.values.filter { condition($0.execution) }.sorted { $0.sequence < $1.sequence }
    }

    func running() -> [ExecutionRecord] { all { $0.state == .running } }

    func waitingForRetry() -> [ExecutionRecord] { all { $0.state == .waiting } }

    func perishable() -> [ExecutionRecord] {
        all { $0.isEphemeral || $0.media?.isPassing == true || ($0.media == nil && !$0.state.isFinal) }
    }

    func finished(before wall: Double, now: Double) -> [ExecutionRecord] {
        all {
            $0.state.isFinal && ($0.finishedAt ?? .infinity) < wall
                && ($0.state != .succeeded || ($0.finishedAt ?? .infinity) + $0.keeping.text < now)
        }
    }

    func finishedWithMedia(_ state: ExecutionState, before wall: Double, now: Double) -> [ExecutionRecord] {
        all {
            $0.state == state && ($0.finishedAt ?? .infinity) < wall && $0.media?.isFile == true
                && (state != .succeeded || ($0.finishedAt ?? .infinity) + $0.keeping.media < now)
        }
    }

    func refers(to media: MediaReference) -> Bool { executions.values.contains { $0.execution.media == media } }

    func keptMedia() -> Set<String> {
        Set(
            executions.values.compactMap {
                if case .kept(let name, _) = $0.execution.media { name } else { nil }
            })
    }

    // MARK: Claiming

    private func isWaiting(_ execution: Execution) -> Bool {
        execution.state == .queued || execution.state == .waiting
    }

    func candidate(_ lane: Lane, _ request: ClaimRequest, now: Double) -> ExecutionRecord? {
        var running: [Owner: Int] = [:]
        var batches: [JobID: Int] = [:]
        for record in executions.values where record.execution.state == .running {
            running[record.execution.owner, default: 0] += 1
            if let batch = record.execution.batch { batches[batch, default: 0] += 1 }
        }
        let due = executions.values.filter {
            isWaiting($0.execution) && $0.execution.lane == lane && ($0.execution.notBefore ?? 0) <= now
                && ($0.execution.owner == .local || running[$0.execution.owner, default: 0] < request.perOwner)
                && $0.execution.batch.map { batches[$0, default: 0] < request.perBatch } ?? true
                && request.engines?.fit($0.execution.order) ?? true
        }
        return due.min {
            let turns = (turn(lane, $0.execution.owner) ?? .min, turn(lane, $1.execution.owner) ?? .min)
            let isEquallyUrgent = $0.execution.priority == $1.execution.priority
            return turns.0 == turns.1 || !isEquallyUrgent ? Self.isBefore($0, $1) : turns.0 < turns.1
        }
    }

    private static func isBefore(_ left: ExecutionRecord, _ right: ExecutionRecord) -> Bool {
        left.execution.priority == right.execution.priority
            ? left.sequence < right.sequence : left.execution.priority > right.execution.priority
    }

    func earliestRetry() -> Double? { waitingForRetry().compactMap(\.execution.notBefore).min() }

    func earliestLeaseEnd() -> Double? { running().compactMap(\.execution.leaseEnds).min() }

    func waitingExecutions(_ lane: Lane) -> [Owner: Int] {
        executions.values.filter { $0.execution.lane == lane && isWaiting($0.execution) }
            .reduce(into: [:]) { $0[$1.execution.owner, default: 0] += 1 }
    }

    func runningExecutions(_ lane: Lane) -> Int { running().filter { $0.execution.lane == lane }.count }

    func ahead(of record: ExecutionRecord) -> Int {
        executions.values.filter {
            isWaiting($0.execution) && $0.execution.lane == record.execution.lane
                && $0.execution.owner == record.execution.owner && Self.isBefore($0, record)
        }.count
    }

    func turn(_ lane: Lane, _ owner: Owner) -> Int64? { turns[Turn(lane: lane, owner: owner)] }

    func setTurn(_ lane: Lane, _ owner: Owner, _ number: Int64) { turns[Turn(lane: lane, owner: owner)] = number }

    func forgetIdleTurns() {
        let owners = Set(executions.values.map(\.execution.owner))
        turns = turns.filter { owners.contains($0.key.owner) }
    }

    // MARK: Jobs

    func job(_ id: JobID) -> Job? { jobs[id]?.job }

    func jobs(of execution: ExecutionID) -> [Job] {
        (jobsOfExecution[execution] ?? []).compactMap { jobs[$0] }.sorted { $0.sequence < $1.sequence }.map(\.job)
    }

    func insert(_ job: Job, sequence: Int64) {
        jobs[job.id] = (job, sequence)
        jobsOfExecution[job.execution, default: []].insert(job.id)
    }

    func update(_ job: Job) {
        guard let (old, sequence) = jobs[job.id] else { return }
        jobsOfExecution[old.execution]?.remove(job.id)
        insert(job, sequence: sequence)
    }

    func removeJob(_ id: JobID) {
        guard let (job, _) = jobs.removeValue(forKey: id) else { return }
        jobsOfExecution[job.execution]?.remove(id)
        removeAnnouncements(of: id)
    }

    func ephemeralJobs() -> [Job] { jobs.values.map(\.job).filter(\.isEphemeral) }

    private func view(_ job: Job) -> JobView? {
        executions[job.execution].map { JobView(job: job, execution: $0.execution) }
    }

    func views(_ query: JobQuery) -> [JobView] {
        let found = jobs.values.filter { query.owner == nil || $0.job.owner == query.owner }
            .filter { query.batch == nil || $0.job.batch == query.batch }
            .sorted { $0.sequence > $1.sequence }
            .compactMap { view($0.job) }.filter { query.states.contains($0.state) }
        return Array(found.prefix(max(0, query.limit)))
    }

    func waitingJobs(of owner: Owner) -> Int {
        jobs.values.filter { entry in
            entry.job.owner == owner && !entry.job.isCancelled
                && (executions[entry.job.execution].map { isWaiting($0.execution) } ?? false)
        }.count
    }

    func jobCounts() -> [ExecutionState: Int] {
        jobs.values.compactMap { view($0.job) }.reduce(into: [:]) { $0[$1.state, default: 0] += 1 }
    }

    // MARK: The rest

    func result(of execution: ExecutionID) -> [UInt8]? { results[execution] }

    func setResult(_ bytes: [UInt8], of execution: ExecutionID) { results[execution] = bytes }

    func removeResult(of execution: ExecutionID) { results[execution] = nil }

    func checkpoints(of execution: ExecutionID) -> [Int: [UInt8]] { checkpoints[execution] ?? [:] }

    func setCheckpoint(_ number: Int, _ bytes: [UInt8], of execution: ExecutionID) {
        checkpoints[execution, default: [:]][number] = bytes
    }

    func removeCheckpoints(of execution: ExecutionID) { checkpoints[execution] = nil }

    func isPaused() -> Bool { paused }

    func setPaused(_ isPaused: Bool) { paused = isPaused }

    func addRun(_ run: RecentRun) {
        runs.append(run)
        if runs.count > JobRules.runsKept { runs.removeFirst() }
    }

    func recentRuns(limit: Int) -> [RecentRun] { Array(runs.reversed().prefix(max(0, limit))) }
}
