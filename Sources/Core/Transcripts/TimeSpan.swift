/// A stretch of the media's own time line, in seconds from its start; `end` is never before `start`.
public struct TimeSpan: Sendable, Hashable, Codable {
    public var start: Double
    public var end: Double

    public init(start: Double, end: Double) {
        self.start = start
        self.end = max(start, end)
    }

    public var duration: Double { end - start }

    public func contains(_ time: Double) -> Bool { time >= start && time < end }

    /// How many seconds two spans share; zero when they only touch.
    public func overlap(_ other: TimeSpan) -> Double {
        max(0, min(end, other.end) - max(start, other.start))
    }
}
