import Synchronization

/// Counters and histograms by name and labels, to be shown to a monitor.
public final class Metrics: Sendable {
    /// A metric's name and labels: `stentor_requests_total` with `[("status", "200")]`.
    public struct Series: Sendable, Hashable {
        public let name: String
        /// In the order in which they are written; values are escaped when rendered.
        public let labels: [Label]

        public struct Label: Sendable, Hashable {
            public let name: String
            public let value: String
        }

        public init(_ name: String, _ labels: KeyValuePairs<String, String> = [:]) {
            self.name = name
            self.labels = labels.map { Label(name: $0.key, value: $0.value) }
        }
    }

    struct Histogram: Sendable {
        var counts: [Int]
        var sum = 0.0
        var count = 0
    }

    /// Upper bounds in seconds: from a cache hit to a long recording.
    public static let durations: [Double] = [
        0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200,
    ]

    struct State: Sendable {
        var counters: [Series: Double] = [:]
        var histograms: [Series: Histogram] = [:]
    }

    let state = Mutex(State())

    public init() {}

    public func add(_ amount: Double = 1, to series: Series) {
        state.withLock { $0.counters[series, default: 0] += amount }
    }

    /// Counts a duration in seconds.
    public func observe(_ value: Double, in series: Series) {
        let bucket = Self.durations.firstIndex { value <= $0 } ?? Self.durations.count
        state.withLock { state in
            var histogram =
                state.histograms[series] ?? Histogram(counts: Array(repeating: 0, count: Self.durations.count + 1))
            histogram.counts[bucket] += 1
            histogram.sum += value
            histogram.count += 1
            state.histograms[series] = histogram
        }
    }

    /// A counter's sum over all its labels.
    public func sum(of name: String) -> Double {
        state.withLock { $0.counters.filter { $0.key.name == name }.reduce(0) { $0 + $1.value } }
    }

    public func value(of series: Series) -> Double { state.withLock { $0.counters[series] ?? 0 } }
}
