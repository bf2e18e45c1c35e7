/// One step from a version of the schema to the next. Published steps never change; new ones come after them.
public struct Migration: Sendable {
    let name: String
    let isAdditive: Bool
    let change: @Sendable (Transaction) throws -> Void

    /// - Parameters:
    ///   - name: what the step brings, for errors.
    ///   - isAdditive: programs that do not know the step may go on working with the database: it brings only tables,
    ///     indexes, and columns with a default value, and what the older programs write is right without them.
    ///   - change: runs once in a transaction of its own, with the writing of the new version.
    public init(
        _ name: String, isAdditive: Bool = false, _ change: @escaping @Sendable (Transaction) throws -> Void
    ) {
        self.name = name
        self.isAdditive = isAdditive
        self.change = change
    }

    /// A step that is a text of statements.
    public init(_ name: String, isAdditive: Bool = false, script: StaticString) {
        self.init(name, isAdditive: isAdditive) { try $0.execute(script: script) }
    }
}

extension Connection {
    /// Refuses a file that a newer program wrote, unless all it added may be passed over, before anything is changed.
    func requireKnown(_ migrations: [Migration]) throws {
        let found = try schemaVersion()
        guard try found <= migrations.count || oldestReader() <= migrations.count else {
            throw SQLiteError(
                .schemaTooNew(found: found, known: migrations.count), action: "opening the database",
                detail: "it was written by a newer program (schema \(found); this one knows \(migrations.count))")
        }
    }

    /// - Returns: how many steps were run.
    func migrate(_ migrations: [Migration]) throws -> Int {
        let found = try schemaVersion()
        var oldest = try oldestReader()
        for (index, migration) in migrations.enumerated().dropFirst(found) {
            try execute(script: "BEGIN IMMEDIATE", "beginning a migration")
            do {
                try migration.change(Transaction(self))
                if !migration.isAdditive { oldest = index + 1 }
                try writeOldestReader(oldest)
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

    /// The oldest version of the schema whose programs may go on with this database: the version itself where nothing
    /// says otherwise.
    func oldestReader() throws -> Int {
        let tables = "SELECT count(*) AS value FROM sqlite_schema WHERE name='database_readers'"
        guard try integer(tables) > 0 else { return try schemaVersion() }
        return try integer("SELECT min(oldest) AS value FROM database_readers")
    }

    private func writeOldestReader(_ version: Int) throws {
        try execute(
            script: """
                CREATE TABLE IF NOT EXISTS database_readers
                    (id INTEGER PRIMARY KEY CHECK (id=1), oldest INTEGER NOT NULL) STRICT;
                INSERT OR REPLACE INTO database_readers VALUES (1, \(version))
                """, "writing who may read the database")
    }
}
