/// One reply of the server (RESP 2, https://redis.io/docs/latest/develop/reference/protocol-spec/).
public enum RedisValue: Sendable, Hashable {
    case null
    case integer(Int64)
    /// A word such as `OK`.
    case status(String)
    case bytes([UInt8])
    case array([RedisValue])
    /// Inside of an array; a reply that is an error as a whole is thrown.
    case error(RedisRefusal)
}

extension RedisValue {
    public var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// Bytes, or the letters of a status.
    public var bytes: [UInt8]? {
        switch self {
        case .bytes(let bytes): bytes
        case .status(let word): Array(word.utf8)
        case .null, .integer, .array, .error: nil
        }
    }

    /// UTF-8; what is not is repaired.
    public var text: String? {
        switch self {
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .status(let word): word
        case .null, .integer, .array, .error: nil
        }
    }

    public var array: [RedisValue]? {
        if case .array(let items) = self { items } else { nil }
    }

    public var isNull: Bool { self == .null }
}
