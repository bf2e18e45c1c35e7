public import Transcripts

/// What became of a chunk: the one thing that is kept of it.
public enum ChunkOutcome: Sendable, Hashable, Codable {
    case recognised(Recognition, flags: [SegmentFlag])
    /// The rest of the file goes on without it.
    case failed(reason: String)

    var flags: [SegmentFlag] {
        if case .recognised(_, let flags) = self { flags } else { [] }
    }
}
