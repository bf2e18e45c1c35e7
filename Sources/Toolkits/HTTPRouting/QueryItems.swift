public import HTTPTypes

/// The parameters of a query or of an urlencoded form (WHATWG URL, "application/x-www-form-urlencoded parsing").
public struct QueryItems: Sendable, Equatable {
    /// Pairs in their order; a name without "=" has an empty value.
    public let pairs: [Pair]

    public struct Pair: Sendable, Equatable {
        public let name: String
        public let value: String
    }

    /// Reads a query, without its "?". What is not UTF-8 becomes U+FFFD, a broken escape stays as it is.
    public init(_ text: some StringProtocol) {
        pairs = text.utf8.split(separator: 0x26).map { piece in
            let equals = piece.firstIndex(of: 0x3d)
            return Pair(
                name: Self.decoded(piece[..<(equals ?? piece.endIndex)]),
                value: equals.map { Self.decoded(piece[piece.index(after: $0)...]) } ?? "")
        }
    }

    /// The first value of `name`.
    public subscript(name: String) -> String? {
        pairs.first { $0.name == name }?.value
    }

    /// Every value of `name`.
    public func values(of name: String) -> [String] {
        pairs.filter { $0.name == name }.map(\.value)
    }

    private static func decoded(_ text: some Collection<UInt8>) -> String {
        var bytes: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            index = text.index(after: index)
            if byte == 0x25, let first = digit(text, index), let second = digit(text, text.index(after: index)) {
                bytes.append(first << 4 | second)
                index = text.index(index, offsetBy: 2)
            } else {
                bytes.append(byte == 0x2b ? 0x20 : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func digit<Bytes: Collection<UInt8>>(_ text: Bytes, _ index: Bytes.Index) -> UInt8? {
        guard index < text.endIndex else { return nil }
        switch text[index] {
        case 0x30...0x39: return text[index] - 0x30
        case 0x41...0x46: return text[index] - 0x37
        case 0x61...0x66: return text[index] - 0x57
        default: return nil
        }
    }
}

extension HTTPRequest {
    /// The parameters of the query.
    public var queryItems: QueryItems { QueryItems(query ?? "") }
}
