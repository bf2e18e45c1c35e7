import HostProcesses
public import Transcription

/// The pool's speaker encoder, for one piece of work.
public struct HostedVoices: VoiceEmbedder {
    public let concurrency: Int
    private let pool: EnginePool
    private let turn: @Sendable () -> WorkTurn

    public init(_ pool: EnginePool, slots: Int, turn: @escaping @Sendable () -> WorkTurn = { WorkTurn() }) {
        self.pool = pool
        concurrency = slots
        self.turn = turn
    }

    /// A host that died is replaced once.
    public func embed(_ windows: [Int], of pcm: any PCM) async throws -> VoicePrints {
        let descriptor = try Descriptor(duplicating: pcm.descriptor)
        do {
            return try await pool.withClient(turn: turn) { try await $0.embed(windows, descriptor) }
        } catch let error as EngineError where error.costsOnlyThisTry {
            return try await pool.withClient(turn: turn) { try await $0.embed(windows, descriptor) }
        }
    }
}
