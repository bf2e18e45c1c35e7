/// What an earlier try of the same transcription has finished, and where this one keeps what it finishes: a work that
/// was stopped at 90 % goes on there. Pieces are found by exactly what was done, so a plan that came out differently
/// finds nothing and is done anew.
public protocol WorkMemory: Sendable {
    /// The speech found in these samples.
    func spans(in range: Range<Int>) -> [Range<Int>]?
    func outcome(of chunk: Chunk) -> ChunkOutcome?
    func keep(_ spans: [Range<Int>], in range: Range<Int>) async
    func keep(_ outcome: ChunkOutcome, of chunk: Chunk) async
}

/// For work that is not worth keeping.
public struct NoWorkMemory: WorkMemory {
    public init() {}
    public func spans(in range: Range<Int>) -> [Range<Int>]? { nil }
    public func outcome(of chunk: Chunk) -> ChunkOutcome? { nil }
    public func keep(_ spans: [Range<Int>], in range: Range<Int>) async {}
    public func keep(_ outcome: ChunkOutcome, of chunk: Chunk) async {}
}
