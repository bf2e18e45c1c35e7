import Testing

@testable import EventLoops

/// Collects what fired; confined to one test.
private final class Log: @unchecked Sendable {
    var entries: [Int] = []
}

@Suite("Timer queue")
struct TimerQueueTests {
    private func time(_ nanoseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: nanoseconds) }

    private func drain(_ queue: inout TimerQueue, at now: Int64) {
        while let action = queue.popDue(at: time(now)) { action() }
    }

    @Test("timers fire in order of deadline, then of creation")
    func order() {
        var queue = TimerQueue()
        let log = Log()
        for (index, deadline) in [50, 10, 30, 10, 20, 50].enumerated() {
            _ = queue.add(at: time(Int64(deadline))) { log.entries.append(index) }
        }
        drain(&queue, at: 50)
        #expect(log.entries == [1, 3, 4, 2, 0, 5])
        #expect(queue.count == 0)
    }

    @Test("nothing fires a nanosecond early")
    func boundary() {
        var queue = TimerQueue()
        let log = Log()
        _ = queue.add(at: time(100)) { log.entries.append(1) }
        drain(&queue, at: 99)
        #expect(log.entries.isEmpty)
        drain(&queue, at: 100)
        #expect(log.entries == [1])
    }

    @Test("a cancelled timer neither fires nor delays the sleep of its loop")
    func cancellation() {
        var queue = TimerQueue()
        let log = Log()
        let first = queue.add(at: time(1)) { log.entries.append(1) }
        _ = queue.add(at: time(9)) { log.entries.append(9) }
        queue.cancel(first)
        #expect(queue.nextDeadline() == time(9))
        drain(&queue, at: 10)
        #expect(log.entries == [9])
        #expect(queue.nextDeadline() == nil)
    }

    @Test("re-arming one timer for ever keeps the order of the others")
    func churn() {
        var queue = TimerQueue()
        let log = Log()
        for value in 1...40 { _ = queue.add(at: time(Int64(1000 + value))) { log.entries.append(value) } }
        var last = queue.add(at: time(5)) {}
        for value in 0..<10_000 {
            queue.cancel(last)
            last = queue.add(at: time(Int64(value % 7))) {}
        }
        drain(&queue, at: 5000)
        #expect(log.entries == Array(1...40))
    }
}

@Suite("Monotonic time")
struct MonotonicTimeTests {
    @Test("adding more than the clock can hold means never")
    func saturation() {
        #expect((MonotonicTime(nanoseconds: 5) + .seconds(Int64.max)).nanoseconds == .max)
        #expect(Duration.seconds(Int64.min).nanoseconds == .min)
    }

    @Test(
        "milliseconds are rounded up",
        arguments: [(0, 0), (-5, 0), (1, 1), (999_999, 1), (1_000_000, 1), (1_000_001, 2)] as [(Int64, Int64)])
    func rounding(nanoseconds: Int64, milliseconds: Int64) {
        #expect(Duration.nanoseconds(nanoseconds).millisecondsRoundedUp == milliseconds)
    }
}
