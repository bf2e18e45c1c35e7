/// The present row of a query, valid while the closure that got it runs.
public struct Row: ~Copyable {
    private let statement: Statement

    init(_ statement: Statement) { self.statement = statement }

    /// The value of the column with this name.
    /// - Throws: `SQLiteError` (`.column`) when there is no such column or it holds another type: never a default.
    public subscript<Value: SQLiteConvertible>(name: String) -> Value {
        get throws(SQLiteError) {
            guard let index = statement.column(named: name) else {
                throw SQLiteError(.column, action: "reading column \(name)", detail: "the query has no such column")
            }
            let stored = statement.value(at: index)
            guard let value = Value(sqliteValue: stored) else {
                throw SQLiteError(
                    .column, action: "reading column \(name)", detail: "it holds \(stored.className), not \(Value.self)"
                )
            }
            return value
        }
    }
}
