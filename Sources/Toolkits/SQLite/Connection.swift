internal import CSQLite

/// Owner of one connection: used by one thread at a time, which its holder guarantees.
final class Connection {
    enum Access { case readWrite, readOnly }

    private let handle: OpaquePointer
    private var idle: [String: [Statement]] = [:]
    private var idleCount = 0
    /// More texts than a program of this kind has; beyond it the cache starts anew.
    private static let cacheLimit = 256

    init(path: String, _ access: Access, busyTimeout: Duration) throws(SQLiteError) {
        var handle: OpaquePointer?
        let mode = access == .readWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        // One thread at a time uses it, so SQLite needs no lock of its own. Extended codes tell IOERR_FSYNC from a read.
        let code = sqlite3_open_v2(path, &handle, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let handle else {
            let error = SQLiteError(code: code, action: "opening the database", connection: handle)
            // Even a failed open gives a handle that must be closed.
            sqlite3_close_v2(handle)
            throw error
        }
        self.handle = handle
        try check(csqlite_harden(handle), "hardening the database")
        let milliseconds = Int32(
            clamping: busyTimeout.components.seconds * 1000
                + busyTimeout.components.attoseconds / 1_000_000_000_000_000)
        try check(sqlite3_busy_timeout(handle, milliseconds), "setting the busy timeout")
    }

    deinit {
        // Statements first; close_v2 would otherwise leave a connection that nobody owns.
        idle.removeAll()
        sqlite3_close_v2(handle)
    }

    private func check(_ code: Int32, _ action: String) throws(SQLiteError) {
        if code != SQLITE_OK { throw SQLiteError(code: code, action: action, connection: handle) }
    }

    /// Whether a transaction is open: SQLite ends it by itself after some failures.
    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Rows changed by the last statement.
    var changedRows: Int { Int(sqlite3_changes64(handle)) }

    /// Rows changed since the connection was opened.
    var totalChanges: Int64 { sqlite3_total_changes64(handle) }

    /// Runs a text of any number of statements without values. PRAGMA must come this way: some act when they are
    /// prepared, so a cached one would do nothing.
    func execute(script: String, _ action: String) throws(SQLiteError) {
        try check(sqlite3_exec(handle, script, nil, nil, nil), action)
    }

    /// Calls `body` with each row until it answers false.
    func forEach(_ sql: SQL, _ body: (borrowing Row) throws -> Bool) throws {
        let statement = try take(sql.text)
        defer { giveBack(statement) }
        try statement.bind(sql.values)
        while try statement.step() {
            guard try body(Row(statement)) else { return }
        }
    }

    /// A statement in use is out of the cache, so a query inside a query never meets its own.
    private func take(_ text: String) throws(SQLiteError) -> Statement {
        if let statement = idle[text]?.popLast() {
            idleCount -= 1
            return statement
        }
        return try Statement(text, on: handle)
    }

    private func giveBack(_ statement: Statement) {
        statement.reset()
        if idleCount >= Self.cacheLimit {
            idle.removeAll()
            idleCount = 0
        }
        idle[statement.text, default: []].append(statement)
        idleCount += 1
    }

    /// Copies every page as this connection's open transaction sees it (https://www.sqlite.org/backup.html).
    func copyAll(to target: Connection) throws(SQLiteError) {
        guard let backup = sqlite3_backup_init(target.handle, "main", handle, "main") else {
            throw SQLiteError(code: sqlite3_errcode(target.handle), action: "copying", connection: target.handle)
        }
        let copied = sqlite3_backup_step(backup, -1)
        let finished = sqlite3_backup_finish(backup)
        if copied != SQLITE_DONE {
            throw SQLiteError(code: finished == SQLITE_OK ? copied : finished, action: "copying", connection: nil)
        }
        if finished != SQLITE_OK { throw SQLiteError(code: finished, action: "copying", connection: nil) }
    }

    /// Asks `isStopped` every few thousand steps of SQLite's machine while `body` runs, and stops when it says so.
    func stoppable<Value>(by stop: StopSign, _ body: () throws -> Value) throws -> Value {
        sqlite3_progress_handler(
            handle, 4096,
            { context in
                guard let context else { return 0 }
                return Unmanaged<StopSign>.fromOpaque(context).takeUnretainedValue().isSet ? 1 : 0
            }, Unmanaged.passUnretained(stop).toOpaque())
        defer { sqlite3_progress_handler(handle, 0, nil, nil) }
        return try withExtendedLifetime(stop) { try body() }
    }
}
