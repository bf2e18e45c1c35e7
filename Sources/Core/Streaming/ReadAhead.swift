/// How far ahead of one viewer to read: as much as it takes in a few seconds, learned from how fast it takes.
public struct ReadAhead: Sendable {
    /// Seconds of a viewer's demand that should lie ready.
    static let seconds = 4.0
    /// Of its time, for one look at its speed.
    static let interval = 0.25

    /// Bytes, at most.
    public let limit: Int64
    /// Bytes a viewer is given before its speed is known; grows with what it takes.
    private static let first = Int64(FileLayout.block)

    private var taken: Int64 = 0
    private var rate: Double?
    private var sample = (bytes: 0.0, seconds: 0.0)

    public init(limit: Int64 = 4 << 20) { self.limit = limit }

    /// The viewer asks for the next bytes, having had so many for so many seconds.
    ///
    /// Only its own time counts. Time spent waiting for the source would make a slow source look like a slow viewer, who
    /// is read less far ahead for, and so waits even more.
    public mutating func took(_ bytes: Int, in seconds: Double) {
        taken += Int64(bytes)
        sample.bytes += Double(bytes)
        sample.seconds += max(0, seconds)
        guard sample.seconds >= Self.interval || sample.bytes >= Double(FileLayout.block) else { return }
        let speed = sample.bytes / max(sample.seconds, 1e-6)
        rate = rate.map { ($0 + speed) / 2 } ?? speed
        sample = (0, 0)
    }

    /// Bytes worth having beyond what is being read.
    /// - Parameter share: what memory leaves for each viewer.
    public func window(share: Int64) -> Int64 {
        let wanted = rate.map { Int64(min(Double(limit), $0 * Self.seconds)) } ?? Self.first + 2 * taken
        return max(0, min(wanted, limit, share))
    }

    /// The page one past the last to have ready, for a viewer at `page`.
    ///
    /// It moves in steps, so that a sliding window becomes whole blocks rather than a request for each page.
    public static func end(after page: Int64, window: Int64) -> Int64 {
        var step = Int64(FileLayout.block / FileLayout.page)
        while step > 1, step * Int64(FileLayout.page) > window { step /= 2 }
        let end = page + 1 + (step > 1 ? window / Int64(FileLayout.page) : 0)
        return (end + step - 1) / step * step
    }
}
