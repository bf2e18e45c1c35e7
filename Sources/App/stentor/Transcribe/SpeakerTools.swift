import Diarization
import EventLoops
import HostProcesses
import HostedEngines
import ModelLibrary
import Transcription

/// How this installation tells speakers apart: by channels where each is one speaker, else by models where they are
/// installed, else by voices, which the hosts of a pool listen to and a thread of its own compares.
struct SpeakerTools: Sendable {
    private let comparing: BlockingPool
    private let installation: Installation
    private let threads: Int
    /// Voices that requests brought.
    private let known: KnownVoices
    private let onFailure: @Sendable (EngineError) -> Void
    /// One recording at a time for each pair of models: they take the most memory of all.
    private let pools = Guarded<[SpeakerModels: EnginePool]>([:])

    /// - Parameter onFailure: told why models could not do it, and voices were compared instead.
    init(
        _ installation: Installation, known: KnownVoices = KnownVoices(),
        onFailure: @escaping @Sendable (EngineError) -> Void = { _ in }
    ) throws {
        self.known = known
        comparing = try BlockingPool(threads: 1, name: "speakers")
        self.installation = installation
        self.onFailure = onFailure
        threads = max(1, SlotPolicy.cores() / 2)
    }

    func diarizer(
        _ pool: EnginePool, slots: Int, turn: @escaping @Sendable () -> WorkTurn = { WorkTurn() }
    ) -> any Diarizer {
        let comparing = comparing
        let embedder = HostedVoices(pool, slots: slots, turn: turn)
        let voices = VoiceDiarizer(embedder) { work in try await comparing.run { work() } }
        let fitting = FittingDiarizer(
            otherwise: PreferringDiarizer(
                models: { models in self.pool(models).map { HostedDiarizer($0, turn: turn) } }, otherwise: voices,
                onFailure: onFailure))
        return NamingDiarizer(fitting, embedder) { [known] in known.voices($0) }
    }

    private func pool(_ models: SpeakerModels) -> EnginePool? {
        // A wrong file would end the engine's process: what is loaded is what was installed.
        guard let choice = SpeakerModelChoice.named(models, ModelStore(folder: installation.modelFolder)) else {
            return nil
        }
        return pools.withLock { pools in
            if let pool = pools[models] { return pool }
            var setup = EngineSetup(
                engine: nil, model: models.embedding, files: choice.files, engineFolder: installation.engineFolder,
                threads: threads, memoryLimit: choice.memory * 3 + 8 << 30)
            setup.speakerModels = models
            let pool = EnginePool(executable: installation.host, setup: setup, slots: 1)
            pools[models] = pool
            return pool
        }
    }

    func stop() async {
        for pool in pools.withLock({ $0 }).values { await pool.stop() }
        comparing.shutDown()
    }
}
