import Crypto
import Foundation
import Jobs
import Review
import RosterStoreConformance
import SQLite
import StoresSQLite
import Testing
import VoiceRoster

@Suite(.timeLimit(.minutes(2)))
struct SQLiteRosterStoreTests {
    private static let key = [UInt8](repeating: 7, count: 32)

    private static func seal(_ key: [UInt8] = key) -> SQLiteRosterStore.Seal {
        SQLiteRosterStore.Seal(seal: { try SealedBox.seal($0, key: key) }, open: { SealedBox.open($0, key: key) })
    }

    @Test(arguments: RosterStoreConformance.all.map(\.name))
    func `the SQLite store keeps the promises of the port`(name: String) async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        let check = try #require(RosterStoreConformance.all.first { $0.name == name }?.check)
        try await check(SQLiteRosterStore(database, Self.seal()))
        try await database.close()
    }

    @Test func `another key opens nothing`() async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        try await SQLiteRosterStore(database, Self.seal()).add(RosterStoreConformance.voice("one", "Ana")) { _ in }
        let other = SQLiteRosterStore(database, Self.seal([UInt8](repeating: 8, count: 32)))
        await #expect(throws: RosterStoreError.self) { try await other.voices(of: Owner("a")) }
        try await database.close()
    }

    /// Every byte of the database's files.
    private func files(_ fixture: StoreFixture) throws -> [Data] {
        let folder = URL(filePath: fixture.folder)
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .map { try Data(contentsOf: $0) }
    }

    @Test func `names and voices are in no file, and what is forgotten is gone with its seal and its log`() async throws
    {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        let seals = Recorded()
        let store = SQLiteRosterStore(
            database,
            SQLiteRosterStore.Seal(
                seal: { seals.note(try SealedBox.seal($0, key: Self.key)) },
                open: { SealedBox.open($0, key: Self.key) }))
        let name = "Wilhelmina-Quux"
        try await store.add(RosterStoreConformance.voice("one", name)) { _ in }
        // The name in a text, and in the search.
        let reviews = SQLiteReviewStore(database)
        let job = try #require(JobID("job"))
        _ = try await reviews.change(job) { try $0.setSpeakers(["SPEAKER_00": name, "SPEAKER_01": "Ben"], at: 1) }
        let summary = TextSummary(
            duration: 1, language: nil, engine: "e", model: "m", words: 1, speakers: 1, excerpt: "", version: 0)
        func entry(_ text: String) -> TextEntry {
            TextEntry(job: job, owner: Owner("a"), name: "n", text: text, summary: summary)
        }
        try await reviews.index([entry("\(name) hello")])

        let sealed = try #require(seals.last)
        #expect(try files(fixture).contains { $0.range(of: Data(sealed.prefix(200))) != nil }, "the row is nowhere")
        #expect(try files(fixture).contains { $0.range(of: Data(name.utf8)) != nil }, "the text is nowhere")

        #expect(try await store.forget("one", of: Owner("a"))?.name == name)
        #expect(try await reviews.forget(name: name, in: [job]) == [job])
        try await reviews.index([entry("hello")])
        try await reviews.wipe()

        for (number, file) in try files(fixture).enumerated() {
            for offset in stride(from: 0, to: sealed.count - 32, by: 32) {
                #expect(file.range(of: Data(sealed[offset..<offset + 32])) == nil, "file \(number) holds the voice")
            }
            for word in [name, "Wilhelmina", "wilhelmina", "quux"] {
                #expect(file.range(of: Data(word.utf8)) == nil, "file \(number) holds “\(word)”")
            }
        }
        #expect(try await reviews.review(of: job).speakers == ["SPEAKER_01": "Ben"])
        try await database.close()
    }

    private final class Recorded: @unchecked Sendable {
        private let lock = NSLock()
        private var bytes: [UInt8]?

        func note(_ sealed: [UInt8]) -> [UInt8] {
            lock.withLock { bytes = sealed }
            return sealed
        }

        var last: [UInt8]? { lock.withLock { bytes } }
    }
}
