import Telemetry
import Testing

@Suite("Metrics")
struct MetricsTests {
    @Test("the text has one type line for each name, cumulative buckets and escaped labels")
    func text() {
        let metrics = Metrics()
        metrics.add(2, to: .init("requests_total", ["status": "200"]))
        metrics.add(to: .init("requests_total", ["status": "200"]))
        metrics.add(to: .init("requests_total", ["status": "a\"b\\c\nd"]))
        metrics.observe(0.01, in: .init("seconds"))
        metrics.observe(1e9, in: .init("seconds"))
        let lines = metrics.text(gauges: [.init(.init("free"), 1.5)]).split(separator: "\n").map(String.init)
        #expect(
            lines.filter { $0.hasPrefix("# TYPE") } == [
                "# TYPE free gauge", "# TYPE requests_total counter", "# TYPE seconds histogram",
            ])
        #expect(lines.contains("requests_total{status=\"200\"} 3"))
        #expect(lines.contains("requests_total{status=\"a\\\"b\\\\c\\nd\"} 1"))
        #expect(lines.contains("free 1.5"))
        #expect(lines.contains("seconds_bucket{le=\"0.005\"} 0"))
        #expect(lines.contains("seconds_bucket{le=\"0.02\"} 1"))
        #expect(lines.contains("seconds_bucket{le=\"+Inf\"} 2"))
        #expect(lines.contains("seconds_count 2"))
    }
}
