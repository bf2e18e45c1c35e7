import EventLoops
import Testing

@testable import BotAPI

struct PacerTests {
    private let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    /// Runs the pacer until nobody waits. Returns when each ticket was let go, in seconds.
    private func run(_ pacer: inout Pacer) -> [Int: Double] {
        var now = start
        var times: [Int: Double] = [:]
        while true {
            let (numbers, next) = pacer.grant(now)
            for number in numbers { times[number] = Double((now - start).nanoseconds) / 1e9 }
            guard let next else { return times }
            #expect(next > now, "asked to look again at once")
            now = max(next, now + .nanoseconds(1))
        }
    }

    @Test func `a chat gets three at once and then one a second`() {
        var pacer = Pacer()
        let tickets = (0..<6).map { _ in pacer.enter(chat: 1, .answer) }
        let times = run(&pacer)
        #expect(tickets.map { times[$0].map { ($0 * 10).rounded() / 10 } } == [0, 0, 0, 1, 2, 3])
    }

    @Test func `thirty a second in all`() {
        var pacer = Pacer()
        for chat in 1...300 { _ = pacer.enter(chat: Int64(chat), .answer) }
        let times = run(&pacer).values.sorted()
        #expect(times.count == 300)
        for index in times.indices.dropFirst(61) {
            #expect(times[index] - times[index - 61] >= 0.99, "more than sixty within a second")
        }
        #expect(times[299] >= 8.5 && times[299] < 10.5)
    }

    @Test func `twenty a minute to a group, of which progress may use twelve`() {
        var pacer = Pacer()
        let progress = (0..<15).map { _ in pacer.enter(chat: -5, .progress) }
        var times = run(&pacer)
        #expect(
            progress.prefix(12).allSatisfy { times[$0] ?? 99 < 60 }
                && progress.suffix(3).allSatisfy { times[$0] ?? 0 >= 60 })
        pacer = Pacer()
        let answers = (0..<25).map { _ in pacer.enter(chat: -5, .answer) }
        times = run(&pacer)
        #expect(
            answers.prefix(20).allSatisfy { times[$0] ?? 99 < 60 }
                && answers.suffix(5).allSatisfy { times[$0] ?? 0 >= 60 })
    }

    @Test func `answers go before progress that waited longer`() {
        var pacer = Pacer()
        for _ in 0..<3 { _ = pacer.enter(chat: 1, .notice) }
        _ = pacer.grant(start)
        let progress = pacer.enter(chat: 1, .progress)
        let answer = pacer.enter(chat: 1, .answer)
        let times = run(&pacer)
        #expect(times[answer] ?? 99 < times[progress] ?? 0)
    }

    @Test func `a chat told to wait waits, and no other does`() {
        var pacer = Pacer()
        pacer.pause(chat: 1, until: start + .seconds(30))
        let first = pacer.enter(chat: 1, .answer)
        let other = pacer.enter(chat: 2, .progress)
        let times = run(&pacer)
        #expect(times[first] == 30 && times[other] == 0)
    }

    @Test func `who leaves the line holds nobody up`() {
        var pacer = Pacer()
        let tickets = (0..<4).map { _ in pacer.enter(chat: 1, .answer) }
        pacer.leave(tickets[0])
        let times = run(&pacer)
        #expect(times[tickets[0]] == nil && times[tickets[3]] == 0)
    }
}
