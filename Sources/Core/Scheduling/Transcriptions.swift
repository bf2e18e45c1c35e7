public import Jobs
public import Review
public import Telemetry
public import Transcription
public import Transcripts

/// Everything that takes requests goes through here: the HTTP interface, the bot, the page. It owns the way of a job
/// from its first byte to its transcript.
public struct Transcriptions: Sendable {
    /// What it is made of.
    public struct Ports: Sendable {
        public var store: any JobStore
        public var vault: any MediaVault
        public var cache: any TranscriptCache
        public var engines: any EngineDirectory
        public var decoder: any AudioDecoder
        public var fetcher: any MediaFetcher
        public var clock: any JobClock
        public var log: any EventLog
        public var faults: any FaultPoints
        /// What people changed in finished transcripts; `nil` leaves the machine's words as they are.
        public var reviews: (any ReviewStore)?
        /// Something is to be announced that was not before.
        public var announced: @Sendable () -> Void
        /// To other nodes that work from the same queue; `nil` when there are none.
        public var wire: (any NewsWire)?
        /// Hears what other nodes say about other things than jobs.
        public var heard: @Sendable (News) -> Void = { _ in }
        /// Where it is told how long what took; `nil` tells nobody.
        public var tracer: Tracer?

        public init(
            store: any JobStore, vault: any MediaVault, cache: any TranscriptCache, engines: any EngineDirectory,
            decoder: any AudioDecoder, fetcher: any MediaFetcher, clock: any JobClock, log: any EventLog = NoLog(),
            faults: any FaultPoints = NoFaults(), announced: @escaping @Sendable () -> Void = {},
            reviews: (any ReviewStore)? = nil, wire: (any NewsWire)? = nil
        ) {
            self.wire = wire
            self.reviews = reviews
            self.store = store
            self.vault = vault
            self.cache = cache
            self.engines = engines
            self.decoder = decoder
            self.fetcher = fetcher
            self.clock = clock
            self.log = log
            self.faults = faults
            self.announced = announced
        }
    }

    let parts: Dispatcher.Parts
    let dispatcher: Dispatcher
    let reviews: (any ReviewStore)?
    let wire: (any NewsWire)?
    let heard: @Sendable (News) -> Void
    let fleeting = FleetingJobs()
    /// Seconds that finished jobs stay: `STENTOR_KEEP_JOBS_HOURS`.
    let keepJobs: Double

    public init(
        _ ports: Ports, _ configuration: Dispatcher.Configuration, metrics: Metrics, keepJobs: Double = 24 * 3600,
        digest: @escaping CacheKeys.Digest
    ) {
        parts = Dispatcher.Parts(
            store: ports.store, vault: ports.vault, cache: ports.cache, engines: ports.engines,
            decoder: ports.decoder, fetcher: ports.fetcher, keys: CacheKeys(digest: digest),
            hub: ProgressHub(wire: ports.wire),
            passing: PassingMedia(), clock: ports.clock, log: ports.log, metrics: metrics, faults: ports.faults,
            announced: ports.announced, isShared: ports.wire != nil, tracer: ports.tracer)
        dispatcher = Dispatcher(parts, configuration)
        reviews = ports.reviews
        wire = ports.wire
        heard = ports.heard
        self.keepJobs = keepJobs
    }

    // MARK: - Life

    /// Removes media that nobody refers to: what an earlier process received and never promised anything for.
    public func tidy() async throws {
        let kept = try await parts.store.keptMedia()
        for name in try await parts.vault.names().subtracting(kept) { await parts.vault.remove(name) }
    }

    /// Works until it is drained.
    public func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await dispatcher.run() }
            group.addTask { await prune() }
            if let wire {
                let news = wire.news()
                group.addTask { await listen(to: news) }
                group.addTask { await followUp() }
            }
            dispatcher.wake()
            try await group.next()
            group.cancelAll()
        }
    }

    private func prune() async {
        while !Task.isCancelled {
            do throws(JobStoreError) {
                let pruned = try await parts.store.prune(finishedBefore: parts.clock.now().wall - keepJobs)
                for media in pruned.media { await dispatcher.remove(media) }
                // Tried again in a minute.
                try? await reviews?.sweep()
            } catch {
                parts.log.note(LogEvent(.error, "pruning failed", ["reason": .text(error.description)]))
            }
            for id in await fleeting.due(parts.clock.now().monotonic) { _ = try? await delete(id, owner: nil) }
            try? await Task.sleep(for: .seconds(60))
        }
    }

    /// Takes no new work, gives what runs so many seconds, and puts the rest back.
    public func drain(patience: Duration) async { await dispatcher.drain(patience: patience) }

    // MARK: - Requests

    /// Begins a job whose media is about to arrive.
    /// - Parameters:
    ///   - wish: as far as it is known; the last word is `Intake.finish`'s.
    ///   - expectedBytes: what comes at most, when the sender says so.
    /// Throws `MediaVaultError`.
    public func receive(_ draft: JobDraft, _ wish: TranscriptionWish?, expectedBytes: Int64?) async throws -> Intake {
        let medium = try await parts.vault.receive(atMost: draft.isDurable ? nil : expectedBytes)
        var generator = SystemRandomNumberGenerator()
        let id = draft.id ?? JobID.random(using: &generator)
        let speaks = await parts.hub.open(
            id, owner: draft.owner, startTime: parts.clock.now().wall, isHeld: true)
        return Intake(
            self, id: id, draft: draft, wish: wish, medium: medium, expectedBytes: expectedBytes, speaks: speaks)
    }

    /// Begins a job whose media is there already.
    public func receive(
        _ draft: JobDraft, _ wish: TranscriptionWish?, whole medium: any MediaIntake
    ) async -> Intake {
        var generator = SystemRandomNumberGenerator()
        let id = draft.id ?? JobID.random(using: &generator)
        let speaks = await parts.hub.open(id, owner: draft.owner, startTime: parts.clock.now().wall, isHeld: true)
        return Intake(
            self, id: id, draft: draft, wish: wish, medium: medium, expectedBytes: medium.extent.available,
            speaks: speaks)
    }

    /// A place for media that is only to be looked at.
    public func spool(atMost bytes: Int64?) async throws -> any MediaIntake {
        try await parts.vault.receive(atMost: bytes)
    }

    /// Fetches media from the web for a request that waits for it.
    public func fetch(_ address: String, into intake: Intake) async throws {
        try parts.fetcher.check(address)
        try await parts.fetcher.fetch(address, into: FeedingIntake(intake))
    }

    /// Queues a job whose media will be fetched when its turn comes: durable with its address.
    public func submit(address: String, _ draft: JobDraft, _ wish: TranscriptionWish) async throws -> Admission {
        try parts.fetcher.check(address)
        let order = wish.order(try await parts.engines.choose(wish.engine))
        var generator = SystemRandomNumberGenerator()
        let id = draft.id ?? JobID.random(using: &generator)
        let speaks = await parts.hub.open(id, owner: draft.owner, startTime: parts.clock.now().wall, isHeld: true)
        do {
            let submitted = try await parts.store.submit(
                draft.submission(
                    id, order, digest: parts.keys.requestDigest(media: address, order, name: draft.distinction),
                    key: nil, media: .address(address), isEphemeral: wire == nil ? nil : false))
            return await admitted(submitted, id, speaks: speaks)
        } catch {
            if speaks { await parts.hub.discard(id) }
            throw error
        }
    }

    /// What follows once the store has a job.
    func admitted(_ submitted: Submitted, _ id: JobID, speaks: Bool) async -> Admission {
        let view = submitted.view
        parts.tracer?.adopt(view.execution.id.text)
        if speaks { await parts.hub.attach(id, to: view.execution.id) }
        parts.log.note(
            LogEvent(.info, "task submitted", ["job": .text(id.text), "owner": .text(view.job.owner.text)]))
        let position = (try? await parts.store.position(of: id)) ?? nil
        if view.state == .queued { await parts.hub.tell(.queued(position: position), about: id) }
        wake()
        var isHeld = speaks
        if !isHeld { isHeld = await parts.hub.hold(id) }
        if case .repeated = submitted { return .accepted(id, isOwn: false, isHeld: isHeld) }
        return .accepted(id, isOwn: true, isHeld: isHeld)
    }

    // MARK: - Results

    /// Waits for the end of a job that was accepted. Cancelling the task cancels nothing but the wait.
    public func ending(of id: JobID, owner: Owner) async throws -> Result<Transcript, JobFailure> {
        if await parts.hub.isSpokenOf(id) { return try await parts.hub.ending(of: id) }
        guard let view = try await parts.store.job(id, owner: owner) else { throw JobStoreError.notFound }
        return try await finished(view)
    }

    /// The ending of a job that is in the store and finished.
    func finished(_ view: JobView) async throws -> Result<Transcript, JobFailure> {
        switch view.state {
        case .succeeded:
            guard let transcript = try await transcript(of: view.job.id, owner: view.job.owner) else {
                throw JobStoreError.notFound
            }
            return .success(transcript)
        case .failed:
            let unknown = JobFailure(.permanent, code: "failed", "The job failed.")
            return .failure(view.execution.failure ?? unknown)
        case .cancelled: return .failure(.cancelled)
        case .queued, .running, .waiting:
            // In the store and not spoken of: taken up from before a restart.
            _ = await speak(of: view)
            return try await parts.hub.ending(of: view.job.id)
        }
    }

    /// No more endings will be asked for by this request.
    public func release(_ admission: Admission) async {
        guard case .accepted(let id, _, isHeld: true) = admission else { return }
        await parts.hub.release(id)
        await fleeting.release(id, at: parts.clock.now().monotonic)
    }

    /// The text of a job that succeeded, as its reader left it.
    public func transcript(of id: JobID, owner: Owner?) async throws -> Transcript? {
        guard let transcript = try await machineTranscript(of: id, owner: owner) else { return nil }
        guard let reviews else { return transcript }
        return transcript.reviewed(by: try await reviews.review(of: id))
    }

    /// The same as the machine wrote it.
    public func machineTranscript(of id: JobID, owner: Owner?) async throws -> Transcript? {
        guard let bytes = try await parts.store.result(of: id, owner: owner) else { return nil }
        return try? TranscriptJSON.decode(bytes)
    }

    /// A job's media while it is kept, whole. Throws `MediaVaultError`.
    public func media(of id: JobID, owner: Owner?) async throws -> (view: JobView, source: any MediaSource)? {
        guard let view = try await parts.store.job(id, owner: owner),
            case .kept(let name, _) = view.execution.media
        else { return nil }
        return (view, try await parts.vault.open(name))
    }

    /// Lets go of a finished job's media, its text, or both. The job stays in the list.
    public func shed(_ id: JobID, owner: Owner?, media: Bool, text: Bool) async throws -> Shed {
        let shed = try await parts.store.shed(id, owner: owner, media: media, text: text)
        guard case .done(let unused, let key) = shed else { return shed }
        await dispatcher.remove(unused)
        if text { try await reviews?.forget(id) }
        if let key { await parts.cache.remove(key) }
        return shed
    }

    public func job(_ id: JobID, owner: Owner?) async throws -> JobView? {
        try await parts.store.job(id, owner: owner)
    }

    public func jobs(_ query: JobQuery) async throws -> [JobView] { try await parts.store.jobs(query) }

    // MARK: - Watching

    /// How far a job is: from its process when it is in work, else from the store.
    public func progress(of id: JobID, owner: Owner?) async throws -> JobProgress? {
        let told = await parts.hub.progress(of: id, owner: owner)
        // What is committed counts before it has been told.
        guard let view = try await parts.store.job(id, owner: owner) else { return told }
        guard var told, !view.state.isFinal else {
            return view.progress(position: try await parts.store.position(of: id))
        }
        // Its place was told when it came; others have gone since.
        if told.stage == .queued, told.position != nil, let place = try await parts.store.position(of: id) {
            _ = told.apply(.queued(position: place))
        }
        return told
    }

    /// The state now and every change until the end. A job that is not known yet may be waited for.
    public func watch(_ id: JobID, owner: Owner?) async throws -> AsyncStream<JobProgress> {
        if await !parts.hub.isSpokenOf(id), let view = try await parts.store.job(id, owner: owner) {
            if view.state.isFinal {
                let progress = view.progress(position: nil)
                return AsyncStream { continuation in
                    continuation.yield(progress)
                    continuation.finish()
                }
            }
            await speak(of: view)
        }
        return await parts.hub.watch(id, owner: owner)
    }

    private func speak(of view: JobView) async {
        let id = view.job.id
        guard await parts.hub.open(id, owner: view.job.owner, startTime: view.job.createdAt, isHeld: false) else {
            return
        }
        await parts.hub.attach(id, to: view.execution.id)
        let position = (try? await parts.store.position(of: id)) ?? nil
        await parts.hub.tell(
            view.state == .running
                ? .transcribing(view.execution.progress, eta: nil, partialText: nil) : .queued(position: position),
            about: id)
        // It may have ended meanwhile, with nobody listening.
        guard let now = try? await parts.store.job(id, owner: nil), now.state.isFinal else { return }
        if let ending = try? await finished(now) { await parts.hub.end(id, ending) }
    }

    // MARK: - Figures

    public func statistics() async throws -> QueueStatistics { try await parts.store.statistics() }
    public func cacheStatistics() async -> CacheStatistics { await parts.cache.statistics() }
    public func clearCache() async { await parts.cache.clear() }
    public func speeds() async -> SpeedBook { await dispatcher.learnedSpeeds }
    public func workload() async -> [Lane: Int] { await dispatcher.workload }
    public func room() async -> Int64 { await parts.vault.room() }
}

extension JobDraft {
    func submission(
        _ id: JobID, _ order: TranscriptionOrder, digest: String, key: String?, media: MediaReference?,
        result: [UInt8]? = nil, isEphemeral: Bool? = nil
    ) -> Submission {
        Submission(
            id: id, owner: owner, name: name, priority: priority, batch: batch, callback: callback, digest: digest,
            isEphemeral: isEphemeral ?? !isDurable, key: key, order: order, media: media, result: result,
            keeping: keeping)
    }
}

extension JobView {
    /// Progress as it can be told from the store alone.
    func progress(position: Int?) -> JobProgress {
        var progress = JobProgress(
            job: job.id, stage: .queued, progress: 0, message: "Waiting", startTime: job.createdAt)
        switch state {
        case .queued, .waiting: _ = progress.apply(.queued(position: position))
        case .running: _ = progress.apply(.transcribing(execution.progress, eta: nil, partialText: nil))
        case .succeeded: _ = progress.apply(.completed)
        case .failed:
            let unknown = JobFailure(.permanent, code: "failed", "The job failed.")
            _ = progress.apply(.failed(execution.failure ?? unknown))
        case .cancelled: _ = progress.apply(.cancelled)
        }
        return progress
    }
}
