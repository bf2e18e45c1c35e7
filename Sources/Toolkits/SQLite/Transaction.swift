/// What a closure may do inside its transaction. It is not `Sendable` and the closures are, so it cannot leave them.
public struct Transaction {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// Runs one statement that gives no rows.
    /// - Returns: the number of rows it changed.
    /// - Throws: `SQLiteError`; the caller may catch it and go on, unless the whole transaction is lost.
    @discardableResult
    public func execute(_ sql: SQL) throws -> Int {
        try requireOpen()
        // Counts of an earlier statement stay when this one changes nothing by its kind; only DML is meant to be asked.
        try connection.forEach(sql) { _ in true }
        return connection.changedRows
    }

    /// Calls `body` with each row until it answers false.
    public func forEach(_ sql: SQL, _ body: (borrowing Row) throws -> Bool) throws {
        try requireOpen()
        try connection.forEach(sql, body)
    }

    /// Every row, made into a value.
    public func all<Value>(_ sql: SQL, _ make: (borrowing Row) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        try forEach(sql) { row in
            values.append(try make(row))
            return true
        }
        return values
    }

    /// The first row, made into a value; nil when there is none.
    public func first<Value>(_ sql: SQL, _ make: (borrowing Row) throws -> Value) throws -> Value? {
        var value: Value?
        try forEach(sql) { row in
            value = try make(row)
            return false
        }
        return value
    }

    /// Runs several statements without values, as a schema needs.
    public func execute(script: StaticString) throws {
        try requireOpen()
        try connection.execute(script: script.description, "changing the schema")
    }

    /// Overwrites what `body` deletes, so that the file does not hold it any more; the log still does until
    /// `SQLiteDatabase.emptyLog` (https://www.sqlite.org/pragma.html#pragma_secure_delete).
    public func erasing(_ body: () throws -> Void) throws {
        try execute(script: "PRAGMA secure_delete=ON")
        defer { try? execute(script: "PRAGMA secure_delete=OFF") }
        try body()
    }

    /// Some failures make SQLite roll back the whole transaction; a statement after that would commit by itself.
    private func requireOpen() throws(SQLiteError) {
        guard connection.isInTransaction else {
            throw SQLiteError(
                .transactionLost, action: "running a statement", detail: "an earlier failure ended its transaction")
        }
    }
}
