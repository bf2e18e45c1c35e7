public import Jobs
import Synchronization
import Telemetry
public import Transcription
import Transcripts

/// Takes executions from the queue as far as there is room, runs them, and writes what became of them.
public actor Dispatcher {
    public struct Configuration: Sendable {
        /// Executions side by side in each lane. What is short has places of its own, so it never waits for what is
        /// long; the engines' own queue decides between chunks.
        public var places: [Lane: Int]
        /// `QUEUE_RATE_LIMIT_PER_USER`.
        public var perOwner: Int
        /// `QUEUE_BATCH_CONCURRENCY`.
        public var perBatch = Int.max
        /// Seconds; renewed three times as often.
        public var lease: Double
        /// `STENTOR_JOB_TIMEOUT`: seconds without progress.
        public var timeout: Double
        public var decoding: DecodingOptions
        /// `AUDIO_USE_STREAMING`: media is decoded while it arrives.
        public var decodesEarly = true
        /// What can be run here; `nil` is everything that is asked for.
        public var engines: @Sendable () async -> Set<EngineName>? = { nil }
        /// Looks for work so often even when nobody says that there is some, in seconds.
        public var rest: Double?

        public init(
            places: [Lane: Int], perOwner: Int = 3, lease: Double = 30, timeout: Double = 1800,
            decoding: DecodingOptions = DecodingOptions()
        ) {
            self.places = places
            self.perOwner = perOwner
            self.lease = lease
            self.timeout = timeout
            self.decoding = decoding
        }
    }

    struct Parts: Sendable {
        let store: any JobStore
        let vault: any MediaVault
        let cache: any TranscriptCache
        let engines: any EngineDirectory
        let decoder: any AudioDecoder
        let fetcher: any MediaFetcher
        let keys: CacheKeys
        let hub: ProgressHub
        let passing: PassingMedia
        let clock: any JobClock
        let log: any EventLog
        let metrics: Metrics
        let faults: any FaultPoints
        let announced: @Sendable () -> Void
        /// Other nodes work from the same queue.
        let isShared: Bool
        let tracer: Tracer?
    }

    private struct Running {
        let state: RunState
        let task: Task<Void, Never>
    }

    let parts: Parts
    let configuration: Configuration
    private var running: [ExecutionID: Running] = [:]
    private var speeds = SpeedBook()
    private let wakes: AsyncStream<Void>
    private nonisolated let bell: AsyncStream<Void>.Continuation
    private var isDraining = false

    init(_ parts: Parts, _ configuration: Configuration) {
        self.parts = parts
        self.configuration = configuration
        (wakes, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something may be claimed that could not be before.
    public nonisolated func wake() { bell.yield() }

    /// Works until it is drained. Throws when the queue cannot be used at all.
    public func run() async throws {
        speeds = SpeedBook(try await parts.store.recentRuns(limit: 200))
        let timer = Timer(bell: bell)
        defer { timer.cancel() }
        for await _ in wakes {
            if isDraining { break }
            do {
                _ = try await parts.store.reclaim()
                while !isDraining, let claim = try await claimNext() { start(claim) }
                timer.set([try await parts.store.nextDue(), configuration.rest].compactMap(\.self).min())
            } catch {
                parts.log.note(LogEvent(.error, "queue failed", ["reason": .text(error.description)]))
                timer.set(1)
            }
        }
    }

    private func claimNext() async throws(JobStoreError) -> Claim? {
        var taken: [Lane: Int] = [:]
        for entry in running.values { taken[entry.state.lane, default: 0] += 1 }
        let free = Lane.allCases.filter { taken[$0] ?? 0 < configuration.places[$0] ?? 1 }
        guard !free.isEmpty else { return nil }
        return try await parts.store.claim(
            ClaimRequest(
                lanes: Set(free), perOwner: configuration.perOwner, perBatch: configuration.perBatch,
                lease: configuration.lease, engines: await configuration.engines()))
    }

    private func start(_ claim: Claim) {
        let state = RunState(claim.execution)
        // Awaited by `drain`, and listed until it ends.
        let task = Task {
            await self.perform(claim, state)
            self.ended(claim.execution.id)
        }
        running[claim.execution.id] = Running(state: state, task: task)
    }

    private func ended(_ execution: ExecutionID) {
        running[execution] = nil
        wake()
    }

    // MARK: - Control

    /// Ends the work on an execution that nobody wants any more.
    public func stop(_ execution: ExecutionID) {
        running[execution]?.task.cancel()
    }

    /// Takes nothing new, gives what runs so many seconds, and then puts it back into the queue.
    public func drain(patience: Duration) async {
        isDraining = true
        bell.yield()
        let tasks = running.values.map(\.task)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for task in tasks { await task.value } }
            group.addTask { try? await Task.sleep(for: patience) }
            await group.next()
            for task in tasks { task.cancel() }
            group.cancelAll()
        }
        for task in tasks { await task.value }
    }

    public var isStopping: Bool { isDraining }

    func isRunning(_ execution: ExecutionID) -> Bool { running[execution] != nil }

    /// How many executions are in work, by lane.
    public var workload: [Lane: Int] {
        running.values.reduce(into: [:]) { $0[$1.state.lane, default: 0] += 1 }
    }

    public var learnedSpeeds: SpeedBook { speeds }

    func note(_ run: RecentRun) { speeds.note(run) }

    func expectation(_ progress: ExecutionProgress, elapsed: Double, _ order: TranscriptionOrder) -> Double? {
        speeds.eta(progress, elapsed: elapsed, .init(engine: order.engine, model: order.model))
    }
}

/// Rings the bell once, after a while.
private final class Timer: Sendable {
    private let bell: AsyncStream<Void>.Continuation
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(bell: AsyncStream<Void>.Continuation) { self.bell = bell }

    /// Replaces what was set before.
    func set(_ seconds: Double?) {
        let bell = bell
        // Awaited by nobody: it rings or is cancelled.
        let next = seconds.map { seconds in
            Task {
                do {
                    try await Task.sleep(for: .seconds(max(0.001, seconds)))
                    bell.yield()
                } catch {
                    // Replaced.
                }
            }
        }
        task.withLock { old in
            old?.cancel()
            old = next
        }
    }

    func cancel() { set(nil) }
}
