import Testing

@testable import CloudRouting

@Suite("Rate ledger")
struct RateLedgerTests {
    private static let groq = RateLedger.Limits(
        requestsPerMinute: 20, requestsPerDay: 2_000, audioSecondsPerHour: 7_200, audioSecondsPerDay: 28_800,
        concurrency: 1_000)

    private func reserve(_ ledger: inout RateLedger, seconds: Double, now: Double) -> RateLedger.Answer {
        ledger.reserve(seconds: seconds, now: now)
    }

    private func granted(_ answer: RateLedger.Answer) -> Int? {
        if case .granted(let id) = answer { id } else { nil }
    }

    @Test("what two processes used adds up, and what both know counts once")
    func joined() {
        var first = RateLedger(.init(audioSecondsPerHour: 100))
        guard case .granted(let id) = first.reserve(seconds: 30, now: 1000) else { return #expect(Bool(false)) }
        first.settle(id, wasCounted: true)
        var second = first.carriedOver(first.limits)
        _ = first.reserve(seconds: 20, now: 1001)
        _ = second.reserve(seconds: 25, now: 1002)
        second.refused(.requestsPerMinute, retryAfter: 60, limit: nil, now: 1002)
        var both = first.joined(with: second)
        #expect(both.audioSeconds(inLast: 3600, now: 1003) == 75)
        #expect(both.reserve(seconds: 1, now: 1003) == .later(at: 1062, .requestsPerMinute))
        #expect(second.joined(with: both).audioSeconds(inLast: 3600, now: 1003) == 75)
    }

    @Test("what no limit looks at any more goes, and the rest stays")
    func current() {
        var ledger = RateLedger(.init(concurrency: 9))
        _ = ledger.reserve(seconds: 30, now: 1000)
        _ = ledger.reserve(seconds: 20, now: 80_000)
        #expect(ledger.current(at: 87_399).audioSeconds(inLast: 1e6, now: 87_399) == 50)
        #expect(ledger.current(at: 87_400).audioSeconds(inLast: 1e6, now: 87_400) == 20)
        #expect(ledger.current(at: 87_400).requestsUnderWay == 2)
    }

    @Test("seconds of audio fill the hour to the last second, and no further")
    func hour() {
        var ledger = RateLedger(.init(audioSecondsPerHour: 7_200, concurrency: 100))
        #expect(granted(ledger.reserve(seconds: 7_000, now: 0)) != nil)
        #expect(granted(ledger.reserve(seconds: 200, now: 10)) != nil)
        #expect(reserve(&ledger, seconds: 1, now: 20) == .later(at: 3_600, .audioSecondsPerHour))
        #expect(granted(ledger.reserve(seconds: 1, now: 3_600)) != nil)
        // The second of the first two is still inside.
        #expect(reserve(&ledger, seconds: 7_000, now: 3_601) == .later(at: 3_610, .audioSecondsPerHour))
    }

    @Test("a day is a day, although each of its hours has room")
    func day() {
        var ledger = RateLedger(Self.groq)
        for hour in 0..<4 { #expect(granted(ledger.reserve(seconds: 7_200, now: Double(hour) * 3_600)) != nil) }
        #expect(reserve(&ledger, seconds: 10, now: 4 * 3_600) == .later(at: 86_400, .audioSecondsPerDay))
    }

    @Test("a request longer than the limit never fits")
    func never() {
        var ledger = RateLedger(Self.groq)
        #expect(reserve(&ledger, seconds: 7_201, now: 0) == .never(limit: 7_200))
    }

    @Test("the twenty-first request of a minute waits for the first to grow old")
    func minute() {
        var ledger = RateLedger(Self.groq)
        for index in 0..<20 { #expect(granted(ledger.reserve(seconds: 1, now: Double(index))) != nil) }
        #expect(reserve(&ledger, seconds: 1, now: 30) == .later(at: 60, .requestsPerMinute))
        #expect(granted(ledger.reserve(seconds: 1, now: 60)) != nil)
    }

    @Test("as many at once as allowed, then busy until one is settled")
    func concurrency() throws {
        var ledger = RateLedger(.init(concurrency: 2))
        let first = try #require(granted(ledger.reserve(seconds: 1, now: 0)))
        _ = ledger.reserve(seconds: 1, now: 0)
        #expect(reserve(&ledger, seconds: 1, now: 0) == .busy)
        ledger.settle(first, wasCounted: true)
        ledger.settle(first, wasCounted: true)
        #expect(granted(ledger.reserve(seconds: 1, now: 0)) != nil)
        #expect(reserve(&ledger, seconds: 1, now: 0) == .busy)
    }

    @Test("what the provider did not count comes off the books")
    func refund() throws {
        var ledger = RateLedger(.init(audioSecondsPerHour: 100))
        let id = try #require(granted(ledger.reserve(seconds: 100, now: 0)))
        ledger.settle(id, wasCounted: false)
        #expect(granted(ledger.reserve(seconds: 100, now: 1)) != nil)
    }

    @Test("a refusal holds for as long as it says, and a stated limit replaces the believed one")
    func refused() {
        var ledger = RateLedger(.init(audioSecondsPerHour: 7_200))
        ledger.refused(.audioSecondsPerHour, retryAfter: 100, limit: 3_600, now: 0)
        #expect(reserve(&ledger, seconds: 10, now: 50) == .later(at: 100, .audioSecondsPerHour))
        #expect(reserve(&ledger, seconds: 3_601, now: 200) == .never(limit: 3_600))
        ledger.refused(.unknown, retryAfter: 5, limit: nil, now: 10)
        #expect(reserve(&ledger, seconds: 10, now: 50) == .later(at: 100, .audioSecondsPerHour))
    }

    @Test("a header that says nothing is left blocks until the reset; one that says some is left does not")
    func headers() {
        var ledger = RateLedger(.init(requestsPerDay: 2_000))
        ledger.observe(RateObservation(requestsLeft: 1, secondsToReset: 500), now: 0)
        #expect(granted(ledger.reserve(seconds: 1, now: 1)) != nil)
        ledger.observe(RateObservation(requestsLeft: 0, secondsToReset: 500), now: 2)
        #expect(reserve(&ledger, seconds: 1, now: 3) == .later(at: 502, .requestsPerDay))
    }

    @Test("a clock that is set back does not block for ever")
    func clockSetBack() {
        var ledger = RateLedger(.init(audioSecondsPerHour: 100))
        _ = ledger.reserve(seconds: 100, now: 1_000_000)
        #expect(granted(ledger.reserve(seconds: 100, now: 1_000)) != nil)
    }

    @Test("whatever is asked in whatever order, no window ever holds more than its limit")
    func invariant() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20 {
            var ledger = RateLedger(Self.groq)
            var sent: [(time: Double, seconds: Double)] = []
            var now = 0.0
            for _ in 0..<2_000 {
                now += Double.random(in: 0...60, using: &generator)
                let seconds = Double.random(in: 1...400, using: &generator)
                guard let id = granted(ledger.reserve(seconds: seconds, now: now)) else { continue }
                sent.append((now, seconds))
                ledger.settle(id, wasCounted: true)
                func used(_ window: Double) -> Double {
                    sent.reduce(0) { $1.time > now - window ? $0 + $1.seconds : $0 }
                }
                #expect(used(3_600) <= 7_200)
                #expect(used(86_400) <= 28_800)
                #expect(sent.filter { $0.time > now - 60 }.count <= 20)
            }
        }
    }
}

@Suite("Circuit breaker")
struct CircuitBreakerTests {
    private func admit(_ breaker: inout CircuitBreaker, _ now: Double) -> Bool { breaker.admit(now: now) }

    @Test("three failures in a row open it, two with a success between do not")
    func opening() {
        var breaker = CircuitBreaker()
        breaker.failed(now: 0)
        breaker.failed(now: 0)
        breaker.succeeded()
        breaker.failed(now: 0)
        breaker.failed(now: 0)
        #expect(admit(&breaker, 0))
        breaker.failed(now: 0)
        #expect(!admit(&breaker, 14.9))
        #expect(breaker.nextTry(now: 1) == 15)
    }

    @Test("one trial is let through, and decides")
    func trial() {
        var breaker = CircuitBreaker()
        for _ in 0..<3 { breaker.failed(now: 0) }
        #expect(admit(&breaker, 15))
        #expect(!admit(&breaker, 15))
        breaker.failed(now: 16)
        #expect(breaker.nextTry(now: 16) == 46)
        #expect(admit(&breaker, 46))
        breaker.succeeded()
        #expect(admit(&breaker, 46))
        #expect(admit(&breaker, 46))
    }

    @Test("pauses double up to five minutes")
    func pauses() {
        var breaker = CircuitBreaker()
        for _ in 0..<3 { breaker.failed(now: 0) }
        var now = 15.0
        for _ in 0..<20 {
            #expect(admit(&breaker, now))
            breaker.failed(now: now)
            let next = breaker.nextTry(now: now) ?? now
            #expect(next - now <= 300)
            now = next
        }
    }

    @Test("requests that were under way when it opened do not lengthen the pause")
    func stragglers() {
        var breaker = CircuitBreaker()
        for _ in 0..<9 { breaker.failed(now: 0) }
        #expect(breaker.nextTry(now: 0) == 15)
    }

    @Test("a trial that was given up, or never ends, does not keep it shut")
    func lostTrial() {
        var breaker = CircuitBreaker()
        for _ in 0..<3 { breaker.failed(now: 0) }
        #expect(admit(&breaker, 15))
        breaker.abandoned(now: 16)
        #expect(admit(&breaker, 16))
        #expect(admit(&breaker, 16 + 120))
    }
}
