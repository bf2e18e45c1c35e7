import HostProcesses
import HostedEngines
import ModelLibrary
import Settings
import Transcription

/// The engine that a command line asks for, before anything is started.
struct EnginePlan: Sendable {
    let choice: EngineChoice
    let setup: EngineSetup
    let slots: Int
    let host: String

    init(_ options: TranscribeOptions, _ settings: Settings, _ installation: Installation) throws {
        let models = ModelStore(folder: installation.modelFolder)
        let catalogue = try EngineCatalogue(models: models)
        choice = try catalogue.selection.choose(
            providers: options.providers, model: options.model, language: options.language)
        guard let entry = catalogue.entry(for: choice.candidate) else {
            throw EngineError(.unusable, "The model “\(choice.candidate.model)” is gone.")
        }
        // A wrong file would end the engine's process: what is loaded is what was installed.
        if choice.candidate.engine != "sphinx" { try models.confirm(choice.candidate.model) }
        let policy = SlotPolicy(
            cores: SlotPolicy.cores(), memory: SlotPolicy.freeMemory(), modelMemory: entry.memory,
            wish: settings.engineSlots)
        slots = policy.slots
        setup = EngineSetup(
            engine: choice.candidate.engine, model: choice.candidate.model, kind: entry.kind, files: entry.files,
            languages: choice.candidate.languages, engineFolder: installation.engineFolder, threads: policy.threads,
            memoryLimit: entry.memory * 3 + 4 << 30)
        host = installation.host
    }
}

/// The engine with its model loaded.
struct ReadyEngine {
    let choice: EngineChoice
    let pool: EnginePool
    let recognizer: HostedRecognizer

    static func load(_ plan: EnginePlan) async throws -> ReadyEngine {
        let pool = EnginePool(executable: plan.host, setup: plan.setup, slots: plan.slots)
        guard let capabilities = try await pool.prepare() else {
            throw EngineError(.unusable, "The engine host has no recogniser.")
        }
        let recognizer = HostedRecognizer(pool, capabilities: capabilities, slots: plan.slots)
        return ReadyEngine(choice: plan.choice, pool: pool, recognizer: recognizer)
    }
}
