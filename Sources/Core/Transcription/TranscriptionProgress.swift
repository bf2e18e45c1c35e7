public import Transcripts

/// How far a transcription is.
public struct TranscriptionProgress: Sendable, Hashable {
    /// Seconds of audio whose text is known.
    public var done: Double
    /// Seconds of audio in all: measured once everything is decoded, before that what the file says of itself.
    public var total: Double?
    /// Segments that became known with this step, in no promised order between chunks.
    public var segments: [Segment]
    /// Seconds of audio from the start whose segments have all come.
    public var settled: Double

    /// The share of telling speakers apart that is done, 0…1, when they were asked for.
    public var speakers: Double?

    public init(
        done: Double, total: Double?, segments: [Segment] = [], settled: Double = 0, speakers: Double? = nil
    ) {
        self.speakers = speakers
        self.done = done
        self.total = total
        self.segments = segments
        self.settled = settled
    }

    /// 0…1, when the length is known.
    public var fraction: Double? {
        total.map { $0 > 0 ? min(1, done / $0) : 1 }
    }
}
