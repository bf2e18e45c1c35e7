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
