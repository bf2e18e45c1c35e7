import HostProcesses
public import Transcription

/// A pool whose hosts have models that tell speakers apart, as a diarizer.
public struct HostedDiarizer: Diarizer {
    private let pool: EnginePool
    private let turn: @Sendable () -> WorkTurn

    /// - Parameter pool: of hosts with `EngineSetup.speakerModels`.
    public init(_ pool: EnginePool, turn: @escaping @Sendable () -> WorkTurn = { WorkTurn() }) {
        self.pool = pool
        self.turn = turn
    }

    public func diarize(
        _ sound: DiarizedSound, _ wish: SpeakerWish, report: @escaping @Sendable (Double) -> Void
    ) async throws -> [SpeakerTurn] {
        guard !sound.speech.isEmpty else { return [] }
        guard sound.samples <= DiarizedSound.mostForModels else {
            throw EngineError(.failed, "The recording is too long for models that tell speakers apart.")
        }
        let descriptor = try Descriptor(duplicating: sound.pcm.descriptor)
        let turns = try await pool.withClient(turn: turn) {
            try await $0.diarize(sound.samples, wish, descriptor, report)
        }
        // A host that is broken must not break more than its turns.
        guard
            turns.allSatisfy({ !$0.range.isEmpty && $0.range.lowerBound >= 0 && $0.range.upperBound <= sound.samples })
        else { throw EngineError(.failed, "The models gave turns outside the recording.") }
        return turns
    }
}
