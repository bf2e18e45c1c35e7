import Testing
import Transcription

@testable import CloudRouting

@Suite("Route book")
struct RouteBookTests {
    private func entry(
        _ engine: String, languages: [String] = [], limits: RateLedger.Limits = .init(concurrency: 10)
    ) -> RouteBook.Entry {
        RouteBook.Entry(
            capabilities: RecognizerCapabilities(engine: engine, model: "m", languages: languages),
            ledger: RateLedger(limits))
    }

    private func choose(
        _ book: inout RouteBook, seconds: Double = 60, language: String? = nil,
        excluded: [Int: ProviderError] = [:], now: Double = 0, deadline: Double = 10_000
    ) -> RouteBook.Choice {
        book.choose(seconds: seconds, language: language, excluded: excluded, now: now, deadline: deadline)
    }

    private func route(_ choice: RouteBook.Choice) -> Int? {
        if case .send(let route, _) = choice { route } else { nil }
    }

    @Test("the first of the list comes first")
    func order() {
        var book = RouteBook([entry("groq"), entry("deepgram")])
        #expect(route(choose(&book)) == 0)
    }

    @Test("what others used of a limit counts at the provider and model that they used")
    func join() {
        var book = RouteBook([entry("groq", limits: .init(requestsPerMinute: 1)), entry("deepgram")])
        var other = RateLedger(.init())
        _ = other.reserve(seconds: 10, now: 0)
        book.join(["groq/other": other, "nobody/m": other])
        #expect(route(choose(&book)) == 0)
        var second = RouteBook([entry("groq", limits: .init(requestsPerMinute: 1)), entry("deepgram")])
        second.join(["groq/m": other])
        #expect(route(choose(&second)) == 1)
    }

    @Test("a language that the first lacks goes to the next; one that nobody has is refused by name")
    func language() {
        var book = RouteBook([entry("groq", languages: ["en"]), entry("deepgram", languages: ["en", "id"])])
        #expect(route(choose(&book, language: "id")) == 1)
        #expect(
            choose(&book, language: "xx")
                == .refuse(EngineError(.unknownLanguage, "The language “xx” is not known to Groq, Deepgram.")))
    }

    @Test("a wrong key takes a provider out for good, and the sentence comes when nobody is left")
    func wrongKey() {
        var book = RouteBook([entry("groq")])
        guard case .send(let route, let reservation) = choose(&book) else {
            Issue.record("not sent")
            return
        }
        book.failed(route, reservation, ProviderError("groq", .keyRefused), now: 0)
        #expect(
            choose(&book) == .refuse(EngineError(.unusable, "Groq refused the key: check GROQ_API_KEY.")))
    }

    @Test("a quota that is gone for the day goes to the next, or says when it works again")
    func dayIsGone() {
        let limits = RateLedger.Limits(audioSecondsPerDay: 100, concurrency: 10)
        var alone = RouteBook([entry("groq", limits: limits)])
        _ = choose(&alone, seconds: 100)
        #expect(
            choose(&alone, now: 3_600, deadline: 7_200)
                == .refuse(
                    EngineError(.failed, "Groq's limit of audio per day is used up. It works again in 23 h 0 min.")))
        var two = RouteBook([entry("groq", limits: limits), entry("deepgram")])
        _ = choose(&two, seconds: 100)
        #expect(route(choose(&two)) == 1)
    }

    @Test("a short wait for the better one is waited, a long one is not")
    func patience() {
        let limits = RateLedger.Limits(requestsPerMinute: 1, concurrency: 10)
        var book = RouteBook([entry("groq", limits: limits), entry("deepgram")])
        _ = choose(&book)
        #expect(route(choose(&book, now: 40)) == 1)
        #expect(choose(&book, now: 50) == .wait(until: 60))
        #expect(route(choose(&book, now: 60)) == 0)
    }

    @Test("a busy provider is waited for, not left")
    func busy() {
        var book = RouteBook([entry("groq", limits: .init(concurrency: 1)), entry("deepgram")])
        _ = choose(&book)
        #expect(choose(&book) == .wait(until: RouteBook.busyPause))
    }

    @Test("a part longer than the hour's quota is split, or goes where it fits")
    func tooLong() {
        let limits = RateLedger.Limits(audioSecondsPerHour: 100, concurrency: 10)
        var alone = RouteBook([entry("groq", limits: limits)])
        #expect(choose(&alone, seconds: 101) == .split(seconds: 100))
        var two = RouteBook([entry("groq", limits: limits), entry("deepgram")])
        #expect(route(choose(&two, seconds: 101)) == 1)
    }

    @Test("three outages in a row open the breaker: the next provider is asked, and after the pause one trial goes out")
    func outage() {
        var book = RouteBook([entry("groq"), entry("deepgram")])
        for _ in 0..<3 {
            guard case .send(0, let reservation) = choose(&book) else {
                Issue.record("not sent")
                return
            }
            book.failed(0, reservation, ProviderError("groq", .unavailable(status: 503)), now: 0)
        }
        #expect(route(choose(&book, now: 1)) == 1)
        #expect(route(choose(&book, now: 15)) == 0)
        #expect(route(choose(&book, now: 15)) == 1)
    }

    @Test("a request refused for its own fault says nothing about the provider's health")
    func badRequest() {
        var book = RouteBook([entry("groq")])
        for _ in 0..<5 {
            guard case .send(0, let reservation) = choose(&book) else {
                Issue.record("not sent")
                return
            }
            book.failed(0, reservation, ProviderError("groq", .unreadableAudio), now: 0)
        }
        #expect(route(choose(&book)) == 0)
    }

    @Test("after the deadline nothing is sent")
    func deadline() {
        var book = RouteBook([entry("groq")])
        guard case .refuse(let error) = choose(&book, now: 11, deadline: 10) else {
            Issue.record("sent")
            return
        }
        #expect(error.code == .failed)
    }

    @Test("a part that failed everywhere is refused with every reason")
    func excluded() {
        var book = RouteBook([entry("groq"), entry("deepgram")])
        let excluded = [
            0: ProviderError("groq", .timedOut), 1: ProviderError("deepgram", .unavailable(status: 500)),
        ]
        #expect(
            choose(&book, excluded: excluded)
                == .refuse(
                    EngineError(.failed, "Groq did not answer in time. Deepgram is out of order (500).")))
    }
}
