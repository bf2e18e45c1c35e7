import CloudRouting
import EventLoops
import HTTPRouting
import HTTPTypes
import Redis
import RedisTesting
import SharedStores
import Testing

@Suite(.enabled(if: RedisProcess.isInstalled, "needs redis-server"), .timeLimit(.minutes(2)))
struct SharedLimitsTests {
    @Test
    func `A client has one bucket at all nodes, and another under another limit`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        func node(_ name: String = "keys") throws -> RedisBuckets {
            RedisBuckets(try bench.place(), name: name, patience: .seconds(30))
        }
        let nodes = [try node(), try node()]
        // One in a thousand seconds: none comes back during the test.
        let share = RateLimit.Share(client: "key:a", rate: 0.001, burst: 5)
        var answers: [TakenToken] = []
        for number in 0..<8 { answers.append(try await nodes[number % 2].take(share)) }
        #expect(answers.prefix(5) == Array(repeating: .granted, count: 5)[...])
        for case .later(let seconds) in answers[5...] { #expect((900...1000).contains(seconds)) }
        #expect(!answers[5...].contains(.granted))
        #expect(try await nodes[0].take(.init(client: "key:b", rate: 0.001, burst: 5)) == .granted)
        #expect(try await node("addresses").take(share) == .granted)
        // What was refused did not count: a token comes back in its time.
        let quick = RateLimit.Share(client: "key:c", rate: 50, burst: 1)
        #expect(try await nodes[0].take(quick) == .granted)
        while try await nodes[1].take(quick) != .granted { await Task.yield() }
        await bench.end()
    }

    private static func passes(_ limit: RateLimit) async -> Bool {
        (try? await limit.respond(to: HTTPRequest(method: .get, path: "/"), next: Always())) != nil
    }

    @Test
    func `A limit counts by itself while the shared buckets cannot say`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let share = RateLimit.Share(client: "a", rate: 0.001, burst: 2)
        let buckets = RedisBuckets(try bench.place(), name: "keys", patience: .seconds(30))
        let limits = [RateLimit(shared: buckets) { _ in share }, RateLimit(shared: buckets) { _ in share }]
        #expect(await Self.passes(limits[0]))
        #expect(await Self.passes(limits[1]))
        #expect(await !Self.passes(limits[0]), "all nodes together")
        bench.server.kill()
        let hasty = RedisBuckets(try bench.place(), name: "keys", patience: .milliseconds(50))
        let alone = RateLimit(shared: hasty) { _ in share }
        for isWithin in [true, true, false] { #expect(await Self.passes(alone) == isWithin) }
        await bench.end()
    }

    @Test
    func `What one node used of a service is in the ledger of the others`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let (one, two) = (RedisLedgers(try bench.place()), RedisLedgers(try bench.place()))
        let limits = RateLedger.Limits(requestsPerMinute: 3, audioSecondsPerHour: 100)
        var (own, other) = (RateLedger(limits), RateLedger(limits))
        #expect(own.reserve(seconds: 60, now: 1000) == .granted(1))
        #expect(other.reserve(seconds: 30, now: 1001) == .granted(1))
        _ = try await one.exchange(["groq/m": own], now: 1002)
        let joined = try await two.exchange(["groq/m": other, "new/m": RateLedger(limits)], now: 1002)
        other = try #require(joined["groq/m"])
        #expect(other.audioSeconds(inLast: 3600, now: 1003) == 90)
        #expect(other.requestsUnderWay == 1, "its own")
        guard case .later = other.reserve(seconds: 20, now: 1003) else {
            Issue.record("more than the limit of all nodes is granted")
            return
        }
        own = try #require(try await one.exchange(["groq/m": own], now: 1004)["groq/m"])
        #expect(own.audioSeconds(inLast: 3600, now: 1004) == 90, "each once, however often it is exchanged")
        let late = try await one.exchange(["groq/m": RateLedger(limits)], now: 200_000)
        #expect(late["groq/m"]?.audioSeconds(inLast: 1e9, now: 200_000) == 0, "what is over goes")
        await bench.end()
    }

    @Test
    func `Nodes that begin together agree on one secret`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let places = [try bench.place(), try bench.place()]
        let values = try await withThrowingTaskGroup(of: String.self) { group in
            for number in 0..<20 {
                group.addTask { try await RedisSecrets(places[number % 2]).value("links", orElse: "secret\(number)") }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(values.count == 1)
        #expect(try await RedisSecrets(places[0]).value("other", orElse: "x") == "x")
        await bench.end()
    }
}

private struct Always: HTTPResponder {
    func respond(to request: HTTPRequest) async throws -> HTTPResponse { HTTPResponse(.ok) }
}
