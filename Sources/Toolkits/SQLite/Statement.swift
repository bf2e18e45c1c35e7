internal import CSQLite

/// Owner of one prepared statement.
final class Statement {
    let text: String
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private lazy var columns: [String: Int32] = readColumnNames()

    init(_ text: String, on connection: OpaquePointer) throws(SQLiteError) {
        var handle: OpaquePointer?
        // Kept for long: SQLite then takes no memory from its small pool for it.
        let code = sqlite3_prepare_v3(connection, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else {
            throw SQLiteError(code: code, action: "preparing a statement", connection: connection)
        }
        self.text = text
        self.handle = handle
        self.connection = connection
    }

    // The code repeats the failure of the last step, which was reported then.
    deinit { sqlite3_finalize(handle) }

    func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
        guard Int(sqlite3_bind_parameter_count(handle)) == values.count else {
            throw SQLiteError(.other, action: "binding values", detail: "the statement takes another number of values")
        }
        for (position, value) in values.enumerated() {
            let code = bind(value, at: Int32(position + 1))
            guard code == SQLITE_OK else {
                throw SQLiteError(code: code, action: "binding a value", connection: connection)
            }
        }
    }

    private func bind(_ value: SQLiteValue, at index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .integer(let number): return sqlite3_bind_int64(handle, index, number)
        case .real(let number): return sqlite3_bind_double(handle, index, number)
        case .text(var text):
            return text.withUTF8 { bytes in
                guard let count = Int32(exactly: bytes.count) else { return SQLITE_TOOBIG }
                // An empty string has no address, and no address would mean NULL.
                guard let start = bytes.baseAddress else { return csqlite_bind_text(handle, index, "", 0) }
                return start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                    csqlite_bind_text(handle, index, $0, count)
                }
            }
        case .blob(let bytes):
            guard let count = Int32(exactly: bytes.count) else { return SQLITE_TOOBIG }
            if bytes.isEmpty { return sqlite3_bind_zeroblob(handle, index, 0) }
            return bytes.withUnsafeBytes { csqlite_bind_blob(handle, index, $0.baseAddress, count) }
        }
    }

    /// Runs to the next row; false at the end.
    func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw SQLiteError(code: code, action: "running a statement", connection: connection)
        }
    }

    /// Makes the statement ready for its next use and lets its values go.
    func reset() {
        // Both repeat at most the failure of the last step, which was reported then.
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    func column(named name: String) -> Int32? { columns[name] }

    private func readColumnNames() -> [String: Int32] {
        var names: [String: Int32] = [:]
        for index in 0..<sqlite3_column_count(handle) {
            guard let name = sqlite3_column_name(handle, index) else { continue }
            names[String(cString: name)] = index
        }
        return names
    }

    /// The value in a column of the present row.
    func value(at index: Int32) -> SQLiteValue {
        switch sqlite3_column_type(handle, index) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, index))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, index))
        case SQLITE_TEXT:
            guard let bytes = sqlite3_column_text(handle, index) else { return .text("") }
            let count = Int(sqlite3_column_bytes(handle, index))
            return .text(String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            guard let bytes = sqlite3_column_blob(handle, index) else { return .blob([]) }
            return .blob([UInt8](UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, index)))))
        default: return .null
        }
    }
}
