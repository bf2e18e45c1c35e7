/// Every decision about jobs that is the same wherever they are kept. Each method is one transaction's work.
///
/// Domain errors are thrown before anything is written, so that a store without roll-back stays whole.
public struct JobRules: Sendable {
    /// Recent runs that are kept; statistics and expectations look no further back.
    public static let runsKept = 500

    public var retry: RetryPolicy
    public var retention: RetentionPolicy
    /// `QUEUE_MAX_WAITING_PER_USER`.
    public var waitingPerOwner: Int
    public var clock: any JobClock
    /// 0…1, at random.
    public var jitter: @Sendable () -> Double
    public var newExecutionID: @Sendable () -> ExecutionID

    public init(
        retry: RetryPolicy = RetryPolicy(), retention: RetentionPolicy = RetentionPolicy(), waitingPerOwner: Int = 1000,
        clock: any JobClock, jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) },
        newExecutionID: @escaping @Sendable () -> ExecutionID = Self.randomExecutionID
    ) {
        self.retry = retry
        self.retention = retention
        self.waitingPerOwner = waitingPerOwner
        self.clock = clock
        self.jitter = jitter
        self.newExecutionID = newExecutionID
    }

    public static let randomExecutionID: @Sendable () -> ExecutionID = {
        var generator = SystemRandomNumberGenerator()
        return .random(using: &generator)
    }

    /// Changes the execution by an event; false when its state does not take it.
    func apply(_ event: ExecutionEvent, to record: inout ExecutionRecord, _ now: JobInstant) -> Bool {
        record.execution.apply(event, at: now, retry, jitter: jitter())
    }

    /// The execution that a token holds.
    func held(_ token: ClaimToken, _ records: some JobRecords) throws -> ExecutionRecord {
        guard let record = try records.execution(token.execution), record.execution.state == .running,
            record.execution.attempt == token.attempt
        else { throw JobStoreError.leaseLost }
        return record
    }

    /// The job, if it is the owner's; `nil` stands for every owner.
    public func owned(_ id: JobID, _ owner: Owner?, _ records: some JobRecords) throws -> JobView? {
        guard let job = try records.job(id), owner == nil || owner == job.owner,
            let record = try records.execution(job.execution)
        else { return nil }
        return JobView(job: job, execution: record.execution)
    }

    /// The bytes, when the job is the owner's and not cancelled.
    public func result(of id: JobID, owner: Owner?, _ records: some JobRecords) throws -> [UInt8]? {
        guard let view = try owned(id, owner, records), view.state == .succeeded else { return nil }
        return try records.result(of: view.execution.id)
    }

    /// An owner that is new in a lane comes before those that were served, after others that are new.
    func enterLane(_ execution: Execution, sequence: Int64, _ records: some JobRecords) throws {
        guard try records.turn(execution.lane, execution.owner) == nil else { return }
        try records.setTurn(execution.lane, execution.owner, sequence - Self.turnsOfTheNew)
    }

    /// Farther than sequence numbers get.
    private static let turnsOfTheNew: Int64 = 1 << 52

    /// The media when nobody refers to it any more and there is something to remove: an address is nobody's file.
    func unused(_ media: MediaReference?, _ records: some JobRecords) throws -> MediaReference? {
        guard let media, media.isFile, try !records.refers(to: media) else { return nil }
        return media
    }
}

extension MediaReference {
    /// Something of ours that must be removed one day.
    public var isFile: Bool {
        if case .address = self { false } else { true }
    }

    var isPassing: Bool {
        if case .passing = self { true } else { false }
    }
}
