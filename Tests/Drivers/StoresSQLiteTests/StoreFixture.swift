import Foundation
import JobStoreConformance
import Jobs
import SQLite
import StoresSQLite

/// A database file of one test, gone with its last owner.
final class StoreFixture: Sendable {
    let folder: String
    var file: String { "\(folder)/stentor.db" }

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "stores-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        folder = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func database(_ change: (inout SQLiteDatabase.Options) -> Void = { _ in }) async throws -> SQLiteDatabase {
        var options = SQLiteDatabase.Options()
        change(&options)
        return try await StoreSchema.open(path: file, options: options)
    }

    static func rules(_ clock: ManualClock) -> JobRules { JobRules(clock: clock, jitter: { 1 }) }
}
