/// What opening, closing and recovering need beyond statements.
extension Connection {
    func integer(_ query: String) throws -> Int {
        var value: Int?
        try forEach(SQL(unchecked: "SELECT value FROM (\(query))")) { row in
            value = try row["value"]
            return false
        }
        guard let value else {
            throw SQLiteError(.other, action: "reading a setting of the database", detail: "there is no answer")
        }
        return value
    }

    func schemaVersion() throws -> Int {
        try integer("SELECT user_version AS value FROM pragma_user_version")
    }

    func applicationIdentifier() throws -> Int {
        try integer("SELECT application_id AS value FROM pragma_application_id")
    }

    func isEmpty() throws -> Bool {
        try integer("SELECT count(*) AS value FROM sqlite_schema") == 0
    }

    /// Writes a page without changing anything in it.
    func touch() throws(SQLiteError) {
        do {
            try execute(script: "PRAGMA user_version=\(try schemaVersion())", "touching the database")
        } catch {
            throw error as? SQLiteError
                ?? SQLiteError(.other, action: "touching the database", detail: "an unexpected failure")
        }
    }

    /// Moves the whole log into the database and synchronises both.
    func checkpoint() throws(SQLiteError) {
        var blocked = true
        do {
            try forEach(SQL(unchecked: "PRAGMA wal_checkpoint(TRUNCATE)")) { row in
                blocked = try row["busy"]
                return false
            }
        } catch {
            throw error as? SQLiteError
                ?? SQLiteError(.other, action: "emptying the log", detail: "an unexpected failure")
        }
        if blocked { throw SQLiteError(.busy, action: "emptying the log", detail: "a reader still needs it") }
    }

    /// The first faults that SQLite finds in the whole file; none in a good one.
    func faults() throws -> [String] {
        var faults: [String] = []
        try forEach(SQL(unchecked: "PRAGMA integrity_check(5)")) { row in
            faults.append(try row["integrity_check"])
            return true
        }
        return faults == ["ok"] ? [] : faults
    }

    /// Whether the last program that had the database open for writing did not close it.
    func wasLeftOpen() throws -> Bool {
        let count = "SELECT count(*) AS value FROM sqlite_schema WHERE name='database_state'"
        guard try integer(count) > 0 else { return false }
        return try integer("SELECT coalesce(max(is_open), 0) AS value FROM database_state") == 1
    }

    func markOpen() throws(SQLiteError) {
        try execute(
            script: """
                BEGIN IMMEDIATE;
                CREATE TABLE IF NOT EXISTS database_state
                    (id INTEGER PRIMARY KEY CHECK (id=1), is_open INTEGER NOT NULL) STRICT;
                INSERT OR REPLACE INTO database_state VALUES (1, 1);
                COMMIT
                """, "marking the database as open")
    }

    func markClosed() throws(SQLiteError) {
        try execute(script: "UPDATE database_state SET is_open=0", "marking the database as closed")
    }
}
