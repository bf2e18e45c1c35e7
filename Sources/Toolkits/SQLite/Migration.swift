/// One step from a version of the schema to the next. Published steps never change; new ones come after them.
public struct Migration: Sendable {
    let name: String
    let change: @Sendable (Transaction) throws -> Void

    /// - Parameters:
    ///   - name: what the step brings, for errors.
    ///   - change: runs once in a transaction of its own, with the writing of the new version.
    public init(_ name: String, _ change: @escaping @Sendable (Transaction) throws -> Void) {
        self.name = name
        self.change = change
    }

    /// A step that is a text of statements.
    public init(_ name: String, script: StaticString) {
        self.init(name) { try $0.execute(script: script) }
    }
}

extension Connection {
    /// Refuses a file that a newer program wrote, before anything in it is changed.
    func requireKnown(_ migrations: [Migration]) throws {
        let found = try schemaVersion()
        guard found <= migrations.count else {
            throw SQLiteError(
                .schemaTooNew(found: found, known: migrations.count), action: "opening the database",
                detail: "it was written by a newer program (schema \(found); this one knows \(migrations.count))")
        }
    }

    /// - Returns: how many steps were run.
    func migrate(_ migrations: [Migration]) throws -> Int {
        let found = try schemaVersion()
        for (index, migration) in migrations.enumerated().dropFirst(found) {
            try execute(script: "BEGIN IMMEDIATE", "beginning a migration")
            do {
                try migration.change(Transaction(self))
                try execute(script: "PRAGMA user_version=\(index + 1)", "writing the schema's version")
                try execute(script: "COMMIT", "committing the migration “\(migration.name)”")
            } catch {
                // The failure that matters is the first one.
                if isInTransaction { try? execute(script: "ROLLBACK", "rolling back") }
                throw error
            }
        }
        return max(0, migrations.count - found)
    }
}
