import Foundation
import SQLite
import Testing
import Workbench

@Suite(.timeLimit(.minutes(10)))
struct FaultTests {
    @Test func `A full database keeps what was acknowledged and goes on once there is room`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open { $0.pageLimit = 20 }
        let text = String(repeating: "x", count: 3000)
        var acknowledged: [Int] = []
        var refused = 0
        for id in 0..<60 {
            let found = try await condition { try await database.insert(id, "\(id)\(text)") }
            if found == nil {
                acknowledged.append(id)
            } else {
                #expect(found == .full)
                refused += 1
            }
        }
        #expect(refused > 0 && !acknowledged.isEmpty)
        let kept: [Int] = try await database.read { try $0.all("SELECT id FROM rows ORDER BY id") { try $0["id"] } }
        #expect(kept == acknowledged)
        // Deleting makes room.
        try await database.write { try $0.execute("DELETE FROM rows") }
        try await database.insert(1, "again\(text)")
        #expect(try await database.count() == 1)
        try await database.close()
    }

    @Test(.enabled(if: geteuid() == 0, "a full disk needs a small file system, which only root may mount"))
    func `When the disk is full nobody is acknowledged, and it goes on by itself`() async throws {
        let folder = try DatabaseFolder()
        let disk = "\(folder.path)/disk"
        mkdir(disk, 0o755)
        try #require(mount("tmpfs", disk, "tmpfs", 0, "size=400k") == 0)
        defer { umount2(disk, Int32(MNT_DETACH)) }
        let database = try await SQLiteDatabase.open(path: "\(disk)/test.db", migrations: [DatabaseFolder.rows])
        var acknowledged = 0
        while try await condition({
            try await database.insert(acknowledged, "\(acknowledged)" + String(repeating: "y", count: 5000))
        }) == nil {
            acknowledged += 1
            try #require(acknowledged < 1000)
        }
        #expect(try await database.count() == acknowledged)
        try #require(mount("tmpfs", disk, "tmpfs", UInt(MS_REMOUNT), "size=4m") == 0)
        try await database.insert(5000, String(repeating: "z", count: 50_000))
        #expect(try await database.count() == acknowledged + 1)
        try await database.close()
    }

    @Test func `A file that is no database, or another program's, is refused with its reason`() async throws {
        let folder = try DatabaseFolder()
        try Data("This is a letter, and quite a long one at that. ".utf8).write(to: URL(fileURLWithPath: folder.file))
        #expect(try await condition { _ = try await folder.open() } == .notADatabase)
        let other = try DatabaseFolder()
        try await other.open { $0.applicationIdentifier = 77 }.close()
        let found = try await condition { _ = try await other.open { $0.applicationIdentifier = 78 } }
        #expect(found == .notADatabase)
        try await other.open { $0.applicationIdentifier = 77 }.close()
    }

    @Test func `A folder that does not exist is said to be unreachable`() async throws {
        let found = try await condition {
            _ = try await SQLiteDatabase.open(path: "/nowhere/at/all.db", migrations: [])
        }
        #expect(found == .cannotOpen)
    }

    @Test func `After an unclean stop the file is checked, and damage is found`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open()
        for id in 0..<2000 { try await database.insert(id, "row number \(id)", .relaxed) }
        try await database.close()
        // A copy that was never closed, with a page of rows overwritten.
        let copy = try DatabaseFolder()
        let open = try await folder.open()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file))
        try await open.close()
        #expect(bytes.count > 10 * 4096)
        let isMarked = try await markOpen(copy, from: bytes)
        #expect(isMarked)
        bytes = try Data(contentsOf: URL(fileURLWithPath: copy.file))
        for offset in 5 * 4096..<6 * 4096 { bytes[offset] = UInt8(truncatingIfNeeded: offset &* 31) }
        try bytes.write(to: URL(fileURLWithPath: copy.file))
        #expect(try await condition { _ = try await copy.open() } == .corrupt)
    }

    /// Writes the file and leaves it as a program would that was killed after its log was emptied.
    private func markOpen(_ folder: DatabaseFolder, from bytes: Data) async throws -> Bool {
        try bytes.write(to: URL(fileURLWithPath: folder.file))
        let result = try await ProgramRun.run(
            "/usr/bin/sqlite3", [folder.file, "UPDATE database_state SET is_open=1; PRAGMA wal_checkpoint(TRUNCATE)"])
        return result.code == 0
    }

    @Test func `A newer schema is refused with a clear sentence and stays untouched`() async throws {
        let folder = try DatabaseFolder()
        let second = Migration("more", script: "ALTER TABLE rows ADD COLUMN more TEXT")
        let newer = try await folder.open([DatabaseFolder.rows, second])
        #expect(newer.opening.migrationsRun == 2)
        try await newer.close()
        let before = try Data(contentsOf: URL(fileURLWithPath: folder.file))
        do {
            _ = try await folder.open()
            Issue.record("it was opened")
        } catch let error as SQLiteError {
            #expect(error.condition == .schemaTooNew(found: 2, known: 1))
            #expect(error.description.contains("newer program"))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file)) == before)
    }

    @Test func `A migration that fails leaves the schema as it was`() async throws {
        let folder = try DatabaseFolder()
        let first = try await folder.open()
        try await first.insert(1, "kept")
        try await first.close()
        let broken = Migration("broken") { transaction in
            try transaction.execute("DROP TABLE rows")
            try transaction.execute("CREATE TABLE rows (nonsense STRICT)")
            try transaction.execute("INSERT INTO nowhere VALUES (1)")
        }
        #expect(try await condition { _ = try await folder.open([DatabaseFolder.rows, broken]) } == .other)
        let again = try await folder.open()
        #expect(again.opening.migrationsRun == 0)
        #expect(try await again.count() == 1)
        try await again.close()
    }

    @Test func `The file can be read by its owner alone`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open()
        try await database.insert(1)
        for name in ["test.db", "test.db-wal"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
        try await database.close()
    }
}
