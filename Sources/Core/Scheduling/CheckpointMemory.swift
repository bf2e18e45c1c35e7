import FoundationEssentials
import Jobs
import Synchronization
import Transcription

/// A transcription's finished pieces, kept in the job store under the claim that made them.
final class CheckpointMemory: WorkMemory {
    private enum Piece: Codable {
        case chunk(Chunk, ChunkOutcome)
        case speech(Range<Int>, [Range<Int>])
    }

    /// Chunks are numbered from 0; windows of speech detection from here.
    private static let firstWindow = 1_000_000

    private struct State {
        var outcomes: [Chunk: ChunkOutcome] = [:]
        var spans: [Range<Int>: [Range<Int>]] = [:]
    }

    private let store: any JobStore
    private let token: ClaimToken
    private let state: Mutex<State>
    let restored: Int

    private init(_ store: any JobStore, _ token: ClaimToken, _ state: State) {
        self.store = store
        self.token = token
        restored = state.outcomes.count
        self.state = Mutex(state)
    }

    /// Reads what earlier claims of the same execution kept. What cannot be read is done again.
    static func load(_ store: any JobStore, _ token: ClaimToken) async throws -> CheckpointMemory {
        var state = State()
        for bytes in try await store.checkpoints(token).values {
            switch try? JSONDecoder().decode(Piece.self, from: Data(bytes)) {
            case .chunk(let chunk, let outcome): state.outcomes[chunk] = outcome
            case .speech(let range, let spans): state.spans[range] = spans
            case nil: continue
            }
        }
        return CheckpointMemory(store, token, state)
    }

    func spans(in range: Range<Int>) -> [Range<Int>]? { state.withLock { $0.spans[range] } }

    func outcome(of chunk: Chunk) -> ChunkOutcome? { state.withLock { $0.outcomes[chunk] } }

    func keep(_ spans: [Range<Int>], in range: Range<Int>) async {
        await write(.speech(range, spans), Self.firstWindow + range.lowerBound / PCMFormat.sampleRate)
    }

    func keep(_ outcome: ChunkOutcome, of chunk: Chunk) async {
        await write(.chunk(chunk, outcome), chunk.number)
    }

    /// A piece that cannot be kept is one that might be done twice; a lost lease is noticed by the heartbeat.
    private func write(_ piece: Piece, _ number: Int) async {
        guard let data = try? JSONEncoder().encode(piece) else { return }
        try? await store.checkpoint(token, number, [UInt8](data))
    }
}
