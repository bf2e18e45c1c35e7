import Synchronization

extension Metrics {
    /// A figure that is read when it is shown.
    public struct Gauge: Sendable {
        public var series: Series
        public var value: Double

        public init(_ series: Series, _ value: Double) {
            self.series = series
            self.value = value
        }
    }

    /// Everything in the text format of Prometheus, version 0.0.4, with `gauges` beside the counters
    /// (prometheus.io/docs/instrumenting/exposition_formats).
    public func text(gauges: [Gauge]) -> String {
        let state = state.withLock(\.self)
        var lines: [String: [String]] = [:]
        var kinds: [String: String] = [:]
        for (series, value) in state.counters {
            kinds[series.name] = "counter"
            lines[series.name, default: []].append("\(series.text) \(Self.number(value))")
        }
        for gauge in gauges {
            kinds[gauge.series.name] = "gauge"
            lines[gauge.series.name, default: []].append("\(gauge.series.text) \(Self.number(gauge.value))")
        }
        for (series, histogram) in state.histograms {
            kinds[series.name] = "histogram"
            lines[series.name, default: []] += Self.lines(series, histogram)
        }
        var text = ""
        for name in lines.keys.sorted() {
            text += "# TYPE \(name) \(kinds[name] ?? "untyped")\n"
            // A histogram's lines belong together in the order of their bounds.
            let own = lines[name] ?? []
            for line in kinds[name] == "histogram" ? own : own.sorted() { text += line + "\n" }
        }
        return text
    }

    private static func lines(_ series: Series, _ histogram: Histogram) -> [String] {
        var lines: [String] = []
        var sum = 0
        for (index, count) in histogram.counts.enumerated() {
            sum += count
            let bound = index < durations.count ? number(durations[index]) : "+Inf"
            lines.append("\(series.with("_bucket", ("le", bound)).text) \(sum)")
        }
        lines.append("\(series.with("_sum").text) \(number(histogram.sum))")
        lines.append("\(series.with("_count").text) \(histogram.count)")
        return lines
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
    }
}

extension Metrics.Series {
    fileprivate func with(_ suffix: String, _ label: (String, String)? = nil) -> Metrics.Series {
        var copy = Metrics.Series(name: name + suffix, labels: labels)
        if let label { copy = Metrics.Series(name: copy.name, labels: labels + [Label(name: label.0, value: label.1)]) }
        return copy
    }

    private init(name: String, labels: [Label]) {
        self.name = name
        self.labels = labels
    }

    fileprivate var text: String {
        guard !labels.isEmpty else { return name }
        return name + "{" + labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
    }

    /// Backslash, quote and line break, as the format asks.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
