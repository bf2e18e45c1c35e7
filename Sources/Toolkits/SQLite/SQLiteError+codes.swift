internal import CSQLite

extension SQLiteError {
    /// The one place where a result code becomes an error.
    init(code: Int32, action: String, connection: OpaquePointer?) {
        // The message belongs to the last call of the connection, which is the one that failed.
        let words = connection.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        self.init(
            Self.condition(of: code), code: code, action: action,
            detail: words.map { String(cString: $0) } ?? "no reason given")
    }

    /// https://www.sqlite.org/rescode.html: the low byte is the primary code.
    private static func condition(of code: Int32) -> Condition {
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_FULL: .full
        case SQLITE_IOERR: .inputOutput
        case SQLITE_CORRUPT: .corrupt
        case SQLITE_NOTADB: .notADatabase
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_READONLY: .readOnly
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_AUTH: .cannotOpen
        case SQLITE_NOMEM: .outOfMemory
        case SQLITE_INTERRUPT, SQLITE_ABORT: .interrupted
        default: .other
        }
    }
}
