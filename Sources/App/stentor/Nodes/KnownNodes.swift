import EventLoops
import Scheduling
import Transcription

/// What is known of other nodes, for requests that cannot wait for it: a moment old, or older while nobody answers.
final class KnownNodes: Sendable {
    private static let fresh = Duration.seconds(2)

    private struct State {
        var engines: [EngineCandidate] = []
        var asked: MonotonicTime?
    }

    private let roll: any NodeRoll
    private let state = Guarded(State())

    /// - Parameter roll: answers, or fails, within a fraction of a second.
    init(_ roll: any NodeRoll) { self.roll = roll }

    func engines() async -> [EngineCandidate] {
        let (known, asked) = state.withLock { ($0.engines, $0.asked) }
        // Nobody at all is worth another look: the first worker may have come meanwhile.
        if let asked, !known.isEmpty, MonotonicTime.now() - asked < Self.fresh { return known }
        // A roll that cannot be read leaves what was known.
        let engines = (try? await roll.nodes().flatMap(\.engines)) ?? known
        state.withLock { $0 = State(engines: engines, asked: .now()) }
        return engines
    }
}
