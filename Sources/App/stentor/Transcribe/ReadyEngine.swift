import HostProcesses
import HostedEngines
import ModelLibrary
import Settings
import Transcription

/// How an engine is to be started.
struct EnginePlan: Sendable {
    var setup: EngineSetup
    let slots: Int
    /// Another copy of the model fits into memory.
    let hasRoomForMore: Bool
    let host: String

    init(
        _ entry: EngineCatalogue.Entry, _ settings: Settings, _ installation: Installation, _ models: ModelStore
    ) throws {
        let candidate = entry.candidate
        // A wrong file would end the engine's process: what is loaded is what was installed.
        if candidate.engine != "sphinx" { try models.confirm(candidate.model) }
        let policy = SlotPolicy(
            cores: SlotPolicy.cores(), memory: SlotPolicy.freeMemory(), modelMemory: entry.memory,
            wish: settings.engineSlots)
        slots = policy.slots
        hasRoomForMore = SlotPolicy.freeMemory() / 2 > entry.memory * (policy.slots + 1)
        setup = EngineSetup(
            engine: candidate.engine, model: candidate.model, kind: entry.kind, files: entry.files,
            languages: candidate.languages, engineFolder: installation.engineFolder, threads: policy.threads,
            memoryLimit: entry.memory * 3 + 4 << 30)
        host = installation.host
    }
}

/// The engine with its model loaded.
struct ReadyEngine {
    let choice: EngineChoice
    let pool: EnginePool
    let recognizer: HostedRecognizer
    let diarizer: any Diarizer
    private let speakers: SpeakerTools

    /// Ends its hosts.
    func stop() async {
        await pool.stop()
        await speakers.stop()
    }

    /// Chooses the engine that a command line asks for, and loads it.
    static func load(
        _ options: TranscribeOptions, _ settings: Settings, _ installation: Installation
    ) async throws -> ReadyEngine {
        try await load(options.providers, model: options.model, language: options.language, settings, installation)
    }

    /// - Parameter providers: `auto`, or engines in order of preference.
    static func load(
        _ providers: [String], model: String?, language: String?, _ settings: Settings, _ installation: Installation
    ) async throws -> ReadyEngine {
        let models = ModelStore(folder: installation.modelFolder)
        let catalogue = try EngineCatalogue(models: models)
        let choice = try catalogue.selection.choose(
            providers: providers, model: model, language: language)
        guard let entry = catalogue.entry(for: choice.candidate) else {
            throw EngineError(.unusable, "The model “\(choice.candidate.model)” is gone.")
        }
        let plan = try EnginePlan(entry, settings, installation, models)
        let pool = EnginePool(executable: plan.host, setup: plan.setup, slots: plan.slots)
        guard let capabilities = try await pool.prepare() else {
            throw EngineError(.unusable, "The engine host has no recogniser.")
        }
        let recognizer = HostedRecognizer(pool, capabilities: capabilities, slots: plan.slots)
        let speakers = try SpeakerTools(installation)
        return ReadyEngine(
            choice: choice, pool: pool, recognizer: recognizer, diarizer: speakers.diarizer(pool, slots: plan.slots),
            speakers: speakers)
    }
}
