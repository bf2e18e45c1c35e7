import Testing

@testable import stentor

struct MonitorReadingTests {
    private let text = """
        # TYPE stentor_build_info gauge
        stentor_build_info{version="0.1.0",schema="10"} 1
        stentor_queue_waiting{lane="bulk"} 2
        stentor_queue_waiting{lane="short"} 51
        stentor_jobs_total{state="succeeded"} 10
        stentor_disk_free_bytes 5e9
        stentor_attempt_failures_total{code="not_media",kind="permanent"} 3
        this is no line
        """

    @Test func `Figures are found by name and label, and what is not told is a dash`() {
        let reading = MonitorReading(text)
        #expect(reading.sum("stentor_queue_waiting") == 53)
        #expect(reading.value("stentor_queue_waiting", "short") == 51)
        #expect(reading.sum("stentor_nothing") == nil)
        let lines = reading.lines().joined(separator: "\n")
        #expect(lines.contains("short 51 waiting") && lines.contains("5000 MB free") && lines.contains("not_media 3"))
        #expect(lines.contains("- of - slots") && lines.hasPrefix("Stentor 0.1.0"))
        #expect(!lines.contains("PAUSED"))
    }

    @Test func `What happened since the last look is told by the minute, also over a new start`() {
        let before = MonitorReading("stentor_jobs_total{state=\"succeeded\"} 4")
        #expect(MonitorReading(text).lines(before: (before, 2)).joined().contains("180 done"))
        #expect(before.lines(before: (MonitorReading(text), 2)).joined().contains("0 done"))
    }
}
