import Foundation
import SQLite

/// A folder for one test's database, gone with its last owner.
final class DatabaseFolder: Sendable {
    let path: String
    var file: String { "\(path)/test.db" }

    init() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sqlite-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    static let rows = Migration(
        "rows", script: "CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT UNIQUE) STRICT")

    func open(
        _ migrations: [Migration] = [DatabaseFolder.rows], _ change: (inout SQLiteDatabase.Options) -> Void = { _ in }
    ) async throws -> SQLiteDatabase {
        var options = SQLiteDatabase.Options()
        change(&options)
        return try await SQLiteDatabase.open(path: file, migrations: migrations, options: options)
    }
}

extension SQLiteDatabase {
    func count() async throws -> Int {
        try await read { try $0.first("SELECT count(*) AS n FROM rows") { try $0["n"] } } ?? -1
    }

    func insert(_ id: Int, _ text: String? = nil, _ durability: Durability = .full) async throws {
        try await write(durability: durability) { try $0.execute("INSERT INTO rows VALUES (\(id), \(text))") }
    }
}

/// The condition of the SQLite error that `body` throws; nil when it throws none.
func condition(_ body: () async throws -> Void) async throws -> SQLiteError.Condition? {
    do {
        try await body()
        return nil
    } catch let error as SQLiteError {
        return error.condition
    }
}
