public import Jobs

/// How fast this machine was lately with each engine and model: what expectations are made of.
public struct SpeedBook: Sendable {
    public struct Key: Sendable, Hashable {
        public var engine: String
        public var model: String

        public init(engine: String, model: String) {
            self.engine = engine
            self.model = model
        }
    }

    /// Weight of the newest run.
    private static let weight = 0.3
    /// What is shorter says more about starting than about speed.
    private static let shortest = 5.0

    private var speeds: [Key: Double] = [:]

    public init(_ runs: [RecentRun] = []) {
        for run in runs.reversed() { note(run) }
    }

    public mutating func note(_ run: RecentRun) {
        guard run.audioSeconds >= Self.shortest, run.run > 0 else { return }
        let key = Key(engine: run.engine, model: run.model)
        let speed = run.audioSeconds / run.run
        speeds[key] = speeds[key].map { $0 * (1 - Self.weight) + speed * Self.weight } ?? speed
    }

    /// Seconds of audio in a second of this machine; `nil` before the first run.
    public func speed(_ key: Key) -> Double? { speeds[key] }

    public var all: [Key: Double] { speeds }

    /// Seconds left.
    /// - Parameter elapsed: seconds this run has taken; after a while it says more than others did.
    public func eta(_ progress: ExecutionProgress, elapsed: Double, _ key: Key) -> Double? {
        guard let total = progress.total else { return nil }
        let left = max(0, total - progress.done)
        if progress.done >= 30, elapsed > 1 { return left * elapsed / progress.done }
        return speeds[key].map { left / $0 }
    }
}
