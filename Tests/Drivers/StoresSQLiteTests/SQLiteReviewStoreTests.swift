import JobStoreConformance
import Jobs
import Review
import ReviewStoreConformance
import SQLite
import StoresSQLite
import Telemetry
import Testing

@Suite(.timeLimit(.minutes(2)))
struct SQLiteReviewStoreTests {
    @Test(arguments: ReviewStoreConformance.all.map(\.name))
    func `the SQLite store keeps the promises of the port`(name: String) async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        let check = try #require(ReviewStoreConformance.all.first { $0.name == name }?.check)
        try await check(SQLiteReviewStore(database))
        try await database.close()
    }

    @Test func `what is known of a text goes with its job, whoever removes that`() async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        let jobs = try await SQLiteJobStore.open(database, rules: StoreFixture.rules(ManualClock()))
        let reviews = SQLiteReviewStore(database)
        let id = try #require(JobID("gone"))
        let order = TranscriptionOrder(engine: "sphinx", model: "en-us")
        _ = try await jobs.submit(
            Submission(
                id: id, owner: .local, name: "gone.ogg", digest: "d", isEphemeral: false, key: "k", order: order,
                media: nil, audioSeconds: 1, result: Array("{}".utf8)))
        let summary = TextSummary(
            duration: 1, language: nil, engine: "e", model: "m", words: 1, speakers: 0, excerpt: "", version: 0)
        try await reviews.index([TextEntry(job: id, owner: .local, name: "n", text: "secret", summary: summary)])
        _ = try await reviews.change(id) { try $0.setSpeakers(["a": "b"], at: 1) }
        #expect(try await jobs.delete(id, owner: .local) == .deleted(stopped: nil, media: nil))
        #expect(try await reviews.search("secret", owner: nil, limit: 1).isEmpty)
        #expect(try await reviews.review(of: id) == Review())
        let kept = { @Sendable (transaction: Transaction) in
            try transaction.first("SELECT count(*) AS n FROM review_texts") { try $0["n"] as Int } ?? -1
        }
        #expect(try await database.read(kept) == 1)
        try await reviews.sweep()
        #expect(try await database.read(kept) == 0)
        try await database.close()
    }

    @Test func `figures are means, the same from both stores, and end after their time`() async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        let stores: [any FigureStore] = [MemoryFigureStore(), SQLiteFigureStore(database)]
        for store in stores {
            try await store.note(["a": 1], at: 600)
            try await store.note(["a": 3, "b": 5], at: 630)
            try await store.note(["a": 7], at: 960)
            let minutes = try await store.points(since: 0, .minute)
            #expect(minutes["a"] == [FigurePoint(at: 600, value: 2), FigurePoint(at: 960, value: 7)])
            #expect(minutes["b"] == [FigurePoint(at: 600, value: 5)])
            #expect(try await store.points(since: 0, .quarter)["a"]?.map(\.at) == [0, 900])
            #expect(try await store.points(since: 700, .minute)["a"]?.count == 1)
            try await store.note(["a": 1], at: 600 + 26 * 3600)
            #expect(try await store.points(since: 0, .minute)["a"]?.count == 1)
            #expect(try await store.points(since: 0, .quarter)["a"]?.count == 3)
        }
        try await database.close()
    }
}
