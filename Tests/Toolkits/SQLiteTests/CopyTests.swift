import Foundation
import SQLite
import Testing

@Suite(.timeLimit(.minutes(5)))
struct CopyTests {
    @Test func `A copy is one state, whatever is written meanwhile`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open()
        for id in 0..<20 { try await database.insert(id, String(repeating: "x", count: 3000) + "\(id)") }
        // Written between the look and the copying, by a program of its own as far as SQLite can tell.
        let (facts, seen) = try DatabaseCopy.make(of: folder.file, at: folder.path + "/copy.db") { transaction in
            let before = try transaction.first("SELECT count(*) AS n FROM rows") { try $0["n"] as Int }
            let writer = Process()
            writer.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            writer.arguments = ["sqlite3", folder.file, "INSERT INTO rows VALUES (100, 'late')"]
            try writer.run()
            writer.waitUntilExit()
            #expect(writer.terminationStatus == 0)
            return before
        }
        #expect(seen == 20)
        #expect(facts == .init(schema: 1, oldestReader: 1))
        #expect(try await database.count() == 21)
        let copy = try await SQLiteDatabase.open(path: folder.path + "/copy.db", migrations: [DatabaseFolder.rows])
        #expect(try await copy.count() == 20)
        try await copy.close()
        try await database.close()
    }

    @Test func `Without a database there is no copy`() throws {
        let folder = try DatabaseFolder()
        #expect(throws: SQLiteError.self) { try DatabaseCopy.make(of: folder.file, at: folder.path + "/c.db") { _ in } }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/c.db"))
    }

    private static let column = Migration(
        "a column", isAdditive: true, script: "ALTER TABLE rows ADD COLUMN note TEXT NOT NULL DEFAULT ''")
    private static let rename = Migration("a new name", script: "ALTER TABLE rows RENAME COLUMN text TO body")

    @Test func `What a newer program only added an older one passes over, and both go on`() async throws {
        let folder = try DatabaseFolder()
        try await folder.open().close()
        try await folder.open([DatabaseFolder.rows, Self.column]).close()
        let older = try await folder.open()
        try await older.write { try $0.execute("INSERT INTO rows (id, text) VALUES (1, 'by the older one')") }
        try await older.close()
        let newer = try await folder.open([DatabaseFolder.rows, Self.column])
        #expect(newer.opening.migrationsRun == 0)
        #expect(try await newer.count() == 1)
        try await newer.close()
        let facts = try DatabaseCopy.inspect(folder.file, applicationIdentifier: 0, migrations: [DatabaseFolder.rows])
        #expect(facts == .init(schema: 2, oldestReader: 1))
    }

    @Test func `What a newer program changed an older one refuses, also when it added something afterwards`()
        async throws
    {
        let folder = try DatabaseFolder()
        try await folder.open([DatabaseFolder.rows, Self.rename, Self.column]).close()
        #expect(
            try await condition { _ = try await folder.open() } == .schemaTooNew(found: 3, known: 1))
        let between = try await folder.open([DatabaseFolder.rows, Self.rename])
        try await between.close()
    }
}
