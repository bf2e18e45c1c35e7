import Diarization
import EventLoops
import HostedEngines
import Transcription

/// How this installation tells speakers apart: by channels where each is one speaker, else by voices, which the hosts
/// of a pool listen to and a thread of its own compares.
struct SpeakerTools: Sendable {
    private let comparing: BlockingPool

    init() throws {
        comparing = try BlockingPool(threads: 1, name: "speakers")
    }

    func diarizer(
        _ pool: EnginePool, slots: Int, turn: @escaping @Sendable () -> WorkTurn = { WorkTurn() }
    ) -> any Diarizer {
        let comparing = comparing
        let voices = HostedVoices(pool, slots: slots, turn: turn)
        return FittingDiarizer(
            otherwise: VoiceDiarizer(voices) { work in try await comparing.run { work() } })
    }

    func stop() { comparing.shutDown() }
}
