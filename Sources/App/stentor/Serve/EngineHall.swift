import CloudProviders
import CloudRouting
import HostProcesses
import HostedEngines
import Jobs
import ModelLibrary
import Scheduling
import Settings
import Telemetry
import Transcription

/// The engines of this installation with their warm hosts: one pool for each model in use, at most two of them.
actor EngineHall: EngineDirectory {
    /// Models that stay loaded side by side.
    private static let mostPools = 2

    private struct Loaded: Sendable {
        let pool: EnginePool
        let capabilities: RecognizerCapabilities
        let slots: Int
    }

    private struct Entry {
        /// Awaited by everybody who needs this engine.
        let loading: Task<Loaded, any Error>
        var lastUse: Int
    }

    let settings: Settings
    private let installation: Installation
    let models: ModelStore
    private let devices: GPUStatus
    private let speakers: SpeakerTools
    private let log: any EventLog
    /// What other nodes have, where there are any.
    private let others: @Sendable () async -> [EngineCandidate]
    private var entries: [String: Entry] = [:]
    /// Awaited by everybody who needs these services, and by `stop`.
    private var clouds: [String: Task<CloudEngine, any Error>] = [:]
    private var uses = 0
    /// Only listens to voices, where every engine is a service on the network.
    private var bareEars: EnginePool?
    private var startsOfStopped = 0

    init(
        _ settings: Settings, _ installation: Installation, devices: GPUStatus, known: KnownVoices,
        log: any EventLog, others: @escaping @Sendable () async -> [EngineCandidate] = { [] }
    ) throws {
        self.others = others
        speakers = try SpeakerTools(installation, known: known) { error in
            log.note(LogEvent(.warning, "speaker models failed", ["reason": .text(error.description)]))
        }
        self.devices = devices
        self.settings = settings
        self.installation = installation
        self.log = log
        models = ModelStore(folder: installation.modelFolder)
    }

    // MARK: - Choice

    func choose(_ wish: EngineWish) async throws(JobFailure) -> EngineAssignment {
        for provider in wish.providers where !Settings.knownProviders.contains(provider) {
            throw JobFailure(
                .permanent, code: "no_such_engine",
                "There is no such engine; use \(Settings.knownProviders.joined(separator: ", ")).")
        }
        let candidates = try await candidates()
        if let services = try services(wish, candidates) { return services }
        guard wish.task == .transcribe else {
            throw JobFailure(
                .permanent, code: "task_unsupported", "No engine of this server translates; transcribe instead.")
        }
        let choice = try find(wish, candidates)
        return EngineAssignment(
            engine: choice.candidate.engine, model: choice.candidate.model, warnings: choice.warnings,
            speakerModels: SpeakerModelChoice.best(models, settings.speakerModels)?.models)
    }

    /// Services on the network, named or taken because nothing better is installed. The names of all that may be asked
    /// stand in the assignment, and so in the cache key.
    private func services(_ wish: EngineWish, _ candidates: [EngineCandidate]) throws(JobFailure) -> EngineAssignment? {
        do {
            let choice = try CloudChoice(
                wishes: wish.providers, model: wish.model, translates: wish.task == .translate, settings.cloud,
                hasLocalModel: EngineCatalogue.hasBetterThanLastResort(
                    candidates, model: wish.model, language: wish.language))
            guard let choice else { return nil }
            let names = choice.accounts.map(\.service.rawValue) + choice.localEngines
            return EngineAssignment(
                engine: names.joined(separator: ","), model: choice.accounts[0].model,
                speakerModels: SpeakerModelChoice.best(models, settings.speakerModels)?.models)
        } catch {
            throw JobFailure(.permanent, code: "no_such_engine", "\(error).")
        }
    }

    /// What can be used here and on other nodes. Read anew each time: a model may have been pulled since.
    private func candidates() async throws(JobFailure) -> [EngineCandidate] {
        var own: [EngineCandidate] = []
        do {
            // What a node has that only takes requests is of no use to them.
            if settings.queue.workers > 0 { own = try EngineCatalogue(models: models).entries.map(\.candidate) }
        } catch {
            throw JobFailure(.transient, code: "no_engine", "The models cannot be read: \(error)")
        }
        let known = own
        return own + (await others()).filter { !known.contains($0) }
    }

    private func find(_ wish: EngineWish, _ candidates: [EngineCandidate]) throws(JobFailure) -> EngineChoice {
        do {
            return try EngineSelection(candidates).choose(
                providers: wish.providers, model: wish.model, language: wish.language)
        } catch {
            let code =
                wish.model != nil ? "no_such_model" : wish.language != nil ? "unknown_language" : "no_engine"
            throw JobFailure(.permanent, code: code, error.description)
        }
    }

    // MARK: - Work

    func workplace(
        _ assignment: EngineAssignment, turn: @escaping @Sendable () -> WorkTurn
    ) async throws -> Workplace {
        if let engine = try await service(assignment) {
            return Workplace(
                detector: engine.detector, recognizer: engine.recognizer(), diarizer: engine.diarizer(turn: turn))
        }
        // Only sherpa-onnx computes anywhere but on the processor.
        let isMovable = assignment.engine == "sherpa" && installation.hasCUDA
        let device = isMovable ? devices.policy.decide(await devices.monitor.report()).device : .cpu
        let place = try await workplace(assignment, on: device, turn: turn)
        guard device == .cuda else { return place }
        let fallback = FallbackRecognizer(first: place.recognizer) { [self] in
            try await workplace(assignment, on: .cpu, turn: turn).recognizer
        }
        return Workplace(
            detector: place.detector, recognizer: fallback, diarizer: place.diarizer, voices: place.voices,
            warnings: { fallback.warnings })
    }

    /// The services of an assignment, kept for as long as the server runs: they share limits over all jobs.
    private func service(_ assignment: EngineAssignment) async throws -> CloudEngine? {
        let key = "\(assignment.engine)/\(assignment.model)"
        if clouds[key] == nil {
            let names = assignment.engine.split(separator: ",").map(String.init)
            let choice = try CloudChoice(
                wishes: names, model: names.count == 1 ? assignment.model : nil, settings.cloud, hasLocalModel: false)
            guard let choice, ProviderAccount.Service(rawValue: names[0]) != nil else { return nil }
            let (settings, installation) = (settings, installation)
            clouds[key] = Task {
                var local: ReadyEngine?
                if !choice.localEngines.isEmpty {
                    local = try await ReadyEngine.load(
                        choice.localEngines, model: nil, language: nil, settings, installation)
                }
                return try await CloudEngine.load(choice, settings, installation, local: local)
            }
        }
        return try await clouds[key]?.value
    }

    private func workplace(
        _ assignment: EngineAssignment, on device: ComputeDevice, turn: @escaping @Sendable () -> WorkTurn
    ) async throws -> Workplace {
        let key = "\(assignment.engine)/\(assignment.model)/\(device.rawValue)"
        uses += 1
        if entries[key] == nil {
            await makeRoom()
            // Somebody else may have loaded it meanwhile.
            if entries[key] == nil { entries[key] = Entry(loading: try load(assignment, device), lastUse: uses) }
        }
        entries[key]?.lastUse = uses
        guard let loading = entries[key]?.loading else { throw EngineError(.unusable, "The engine was stopped.") }
        do {
            let loaded = try await loading.value
            return Workplace(
                detector: HostedDetector(loaded.pool, turn: turn),
                recognizer: HostedRecognizer(
                    loaded.pool, capabilities: loaded.capabilities, slots: loaded.slots, turn: turn),
                diarizer: speakers.diarizer(loaded.pool, slots: loaded.slots, turn: turn),
                voices: HostedVoices(loaded.pool, slots: loaded.slots, turn: turn))
        } catch {
            // The next request tries again.
            entries[key] = nil
            throw error
        }
    }

    /// What a transcription would take, before anything is sent or paid.
    func estimate(
        _ media: any MediaSource, _ wish: TranscriptionWish, _ decoder: any AudioDecoder
    ) async throws -> TranscriptionEstimate {
        let assignment = try await choose(wish.engine)
        var request = TranscriptionPipeline.Request(
            decoding: DecodingOptions(maximumSeconds: settings.maximumSeconds), language: wish.engine.language,
            prompt: wish.prompt, translates: wish.engine.task == .translate, keyterms: wish.hotwords)
        (request.decoding.track, request.decoding.from, request.decoding.to) = (wish.track, wish.from, wish.to)
        let now = SystemClock().now().wall
        if let engine = try await service(assignment) {
            let ledger = await engine.router.ledgers[engine.capabilities.ledgerName] ?? RateLedger(.init())
            return try await engine.estimator(decoder).estimate(
                media, request, with: engine.capabilities, ledger: ledger, now: now)
        }
        let place = try await workplace(assignment) { WorkTurn() }
        return try await TranscriptionEstimator(decoder: decoder, detector: place.detector).estimate(
            media, request, with: place.recognizer.capabilities, ledger: RateLedger(.init()), now: now)
    }

    /// What listens to voices outside of any job: the engine that requests without any wish use, or one without a model.
    func ears() async throws -> (detector: any SpeechDetector, voices: any VoiceEmbedder) {
        let wish = EngineWish(
            providers: settings.providers, model: settings.model, language: settings.model == nil ? "en" : nil)
        if let place = try? await workplace(try await choose(wish), turn: { WorkTurn() }), let voices = place.voices {
            return (place.detector, voices)
        }
        if bareEars == nil {
            let setup = EngineSetup(
                engine: nil, model: "", engineFolder: installation.engineFolder, threads: 1, memoryLimit: 4 << 30)
            bareEars = EnginePool(executable: installation.host, setup: setup, slots: 1)
        }
        guard let pool = bareEars else { throw EngineError(.unusable, "The engine was stopped.") }
        return (HostedDetector(pool) { WorkTurn() }, HostedVoices(pool, slots: 1))
    }

    /// Loads what requests without any wish will use, so that the first does not wait for it.
    func warmUp() async {
        let wish = EngineWish(
            providers: settings.providers, model: settings.model, language: settings.model == nil ? "en" : nil)
        guard let assignment = try? await choose(wish) else { return }
        _ = try? await workplace(assignment) { WorkTurn() }
    }

    private func load(_ assignment: EngineAssignment, _ device: ComputeDevice) throws -> Task<Loaded, any Error> {
        let catalogue = try EngineCatalogue(models: models)
        let entry = catalogue.entries.first {
            $0.candidate.engine == assignment.engine && $0.candidate.model == assignment.model
        }
        guard let entry else { throw EngineError(.unusable, "The model “\(assignment.model)” is gone.") }
        var plan = try EnginePlan(entry, settings, installation, models)
        plan.setup.device = device
        let recycleAfter = settings.queue.recycleAfter
        log.note(
            LogEvent(
                .info, "engine starting",
                [
                    "engine": .text(assignment.engine), "model": .text(assignment.model), "slots": .whole(plan.slots),
                    "device": .text(device.rawValue),
                ]))
        return Task { [plan] in
            let pool = EnginePool(
                executable: plan.host, setup: plan.setup, slots: plan.slots,
                // A job is some twenty requests: windows of speech detection and chunks.
                recycleAfter: recycleAfter * 20, hasExpress: plan.hasRoomForMore)
            guard let capabilities = try await pool.prepare() else {
                throw EngineError(.unusable, "The engine host has no recogniser.")
            }
            return Loaded(pool: pool, capabilities: capabilities, slots: plan.slots)
        }
    }

    /// Ends the pool that was used longest ago, when nobody works in it.
    private func makeRoom() async {
        while entries.count >= Self.mostPools {
            let idle = entries.min { $0.value.lastUse < $1.value.lastUse }
            guard let (key, entry) = idle, let loaded = try? await entry.loading.value else { return }
            let figures = await loaded.pool.figures()
            guard figures.busy == 0, entries[key] != nil else { return }
            entries[key] = nil
            startsOfStopped += figures.starts
            await loaded.pool.stop()
        }
    }

    /// Of the services that were used since the start.
    func routers() async -> [ProviderRouter] {
        var routers: [ProviderRouter] = []
        for cloud in clouds.values { if let engine = try? await cloud.value { routers.append(engine.router) } }
        return routers
    }

    func stop() async {
        for entry in entries.values {
            if let loaded = try? await entry.loading.value { await loaded.pool.stop() }
        }
        entries = [:]
        for cloud in clouds.values { if let engine = try? await cloud.value { await engine.stop() } }
        clouds = [:]
        await bareEars?.stop()
        await speakers.stop()
    }

    // MARK: - Figures

    func gauges() async -> [Metrics.Gauge] {
        var (starts, busy, slots) = (startsOfStopped, 0, 0)
        for entry in entries.values {
            guard let loaded = try? await entry.loading.value else { continue }
            let figures = await loaded.pool.figures()
            starts += figures.starts
            busy += figures.busy
            slots += figures.slots
        }
        return [
            .init(.init("stentor_engine_host_starts"), Double(starts)),
            .init(.init("stentor_engine_slots_busy"), Double(busy)),
            .init(.init("stentor_engine_slots"), Double(slots)),
        ]
    }
}
