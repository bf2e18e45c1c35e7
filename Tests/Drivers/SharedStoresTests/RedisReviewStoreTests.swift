import Jobs
import Redis
import RedisTesting
import Review
import ReviewStoreConformance
import Testing

@testable import SharedStores

@Suite(.enabled(if: RedisProcess.isInstalled, "needs redis-server"), .timeLimit(.minutes(2)))
struct RedisReviewStoreTests {
    private static func entry(_ job: String, _ text: String, owner: String = "a") throws -> TextEntry {
        TextEntry(
            job: try #require(JobID(job)), owner: Owner(owner), name: "\(job).ogg", text: text,
            summary: TextSummary(
                duration: 1, language: nil, engine: "e", model: "m", words: 1, speakers: 0, excerpt: "", version: 0))
    }

    @Test(arguments: ReviewStoreConformance.all.map(\.name))
    func `the store in Redis keeps the promises of the port`(name: String) async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let check = try #require(ReviewStoreConformance.all.first { $0.name == name }?.check)
        try await check(RedisReviewStore(try bench.place()))
        await bench.end()
    }

    @Test
    func `Accents and capitals make no difference, in whatever form they are written`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let store = RedisReviewStore(try bench.place())
        try await store.index([
            Self.entry("one", "Un CAFE\u{301} crème à Đà Nẵng"), Self.entry("two", "Ёлка и йод"),
            Self.entry("three", "日本語のテキスト"),
        ])
        for query in ["cafe", "CAFÉ", "creme", "nang", "đa nẵ"] {
            let found = try await store.search(query, owner: nil, limit: 9)
            #expect(found.map(\.job.text) == ["one"], "\(query)")
        }
        #expect(try await store.search("елка", owner: nil, limit: 9).map(\.job.text) == ["two"])
        #expect(try await store.search("日本", owner: nil, limit: 9).map(\.job.text) == ["three"])
        await bench.end()
    }

    @Test
    func `The best comes first, and what was found is shown with what stands around it`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let store = RedisReviewStore(try bench.place())
        let filler = Array(repeating: "word", count: 40).joined(separator: " ")
        try await store.index([
            Self.entry("often", "whale whale whale"), Self.entry("once", filler + " (whale). " + filler),
            Self.entry("never", filler),
        ])
        let found = try await store.search("whale", owner: Owner("a"), limit: 9)
        #expect(found.map(\.job.text) == ["often", "once"])
        let (begin, end) = SearchHit.marks
        #expect(found.last?.excerpt.contains("word \(begin)(whale).\(end) word") == true)
        #expect(found.last?.excerpt.hasPrefix("…word") == true && (found.last?.excerpt.count ?? 0) < 200)
        await bench.end()
    }

    @Test
    func `Changes of one review by several nodes are all kept, each upon the one before`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let stores = [RedisReviewStore(try bench.place()), RedisReviewStore(try bench.place())]
        let job = try #require(JobID("job"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    _ = try await stores[number % 2].change(job) {
                        try $0.setText("new", of: number, was: "old", machine: "old", at: 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        let review = try await stores[0].review(of: job)
        #expect(review.texts.count == 20 && review.version == 20)
        await bench.end()
    }

    @Test
    func `What belongs to jobs that are gone is swept, and nothing is left of it`() async throws {
        let bench = try SharedBench()
        try await bench.ready()
        let place = try bench.place()
        let store = RedisReviewStore(place) { jobs in Set(jobs.filter { $0.text.hasPrefix("there") }) }
        for number in 0..<150 {
            try await store.index([Self.entry("gone\(number)", "text of many words, number \(number)")])
            try await store.index([Self.entry("there\(number)", "text of many words", owner: "b")])
        }
        let gone = try #require(JobID("gone7"))
        _ = try await store.change(gone) { try $0.setSpeakers(["a": "b"], at: 1) }
        try await store.publish(
            Share(token: "t", job: gone, owner: Owner("a"), hasMedia: false, createdAt: 1, expiresAt: 2))
        for _ in 0..<2 { try await store.sweep() }
        #expect(try await store.search("text", owner: nil, limit: 1000).count == 150)
        #expect(try await store.share("t") == nil)
        let keys = try await place.client.call(RedisCommand("KEYS", "*gone*")).array
        #expect(keys?.isEmpty == true)
        for number in 0..<150 { try await store.forget(try #require(JobID("there\(number)"))) }
        let left = try await place.client.call(RedisCommand("KEYS", "*")).array?.compactMap(\.text).sorted()
        #expect(left?.filter { !$0.contains(":done:") } == ["number", "turn"].map { "{test}:shared:reviews:" + $0 })
        await bench.end()
    }
}
