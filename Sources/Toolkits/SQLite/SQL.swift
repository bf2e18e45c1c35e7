/// One statement with its values: `"SELECT name FROM users WHERE id = \(id)"`.
///
/// A value put between the braces is bound, never pasted into the text, so no input can become SQL. Another `SQL` put
/// there is inserted with its values, which shares column lists and conditions.
public struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// The text with a `?` for each value; the key of the statement cache.
    public let text: String
    /// The values in their order.
    public let values: [SQLiteValue]

    public init(stringLiteral text: StaticString) {
        self.text = text.description
        values = []
    }

    public init(stringInterpolation parts: Interpolation) {
        text = parts.text
        values = parts.values
    }

    /// For statements of this module that cannot bind, as PRAGMA.
    init(unchecked text: String) {
        self.text = text
        values = []
    }

    /// Gathers the text and the values.
    public struct Interpolation: StringInterpolationProtocol {
        var text = ""
        var values: [SQLiteValue] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount)
        }

        public mutating func appendLiteral(_ literal: StaticString) {
            literal.withUTF8Buffer { text += String(decoding: $0, as: UTF8.self) }
        }

        public mutating func appendInterpolation(_ value: some SQLiteConvertible) {
            text += "?"
            values.append(value.sqliteValue)
        }

        /// A value that may be missing, which is stored as NULL.
        public mutating func appendInterpolation<Value: SQLiteConvertible>(_ value: Value?) {
            text += "?"
            values.append(value.sqliteValue)
        }

        public mutating func appendInterpolation(_ part: SQL) {
            text += part.text
            values += part.values
        }
    }
}
