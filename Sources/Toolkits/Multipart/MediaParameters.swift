internal import HTTPTypes

/// A value with parameters: `form-data; name="a"; filename="b"` or a media type (RFC 9110 section 5.6.6).
public struct MediaParameters {
    /// The part before the first semicolon, in lower case.
    public let value: String
    public private(set) var parameters: [String: String] = [:]

    public init?(_ text: String) {
        var rest = text.utf8[...]
        let end = rest.firstIndex(of: 0x3b) ?? rest.endIndex
        value = String(Substring(rest[..<end])).trimmingHTTPWhitespace().lowercased()
        rest = rest[end...]
        while !rest.isEmpty {
            rest.removeFirst()  // the semicolon
            Self.skipBlanks(&rest)
            if rest.isEmpty { break }
            guard let equals = rest.firstIndex(of: 0x3d) else { return nil }
            let name = String(Substring(rest[..<equals])).lowercased()
            guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenCharacter) else { return nil }
            rest = rest[rest.index(after: equals)...]
            guard let value = Self.takeValue(&rest) else { return nil }
            // A second parameter of the same name is how filters are deceived.
            guard parameters.updateValue(value, forKey: name) == nil else { return nil }
            Self.skipBlanks(&rest)
            guard rest.isEmpty || rest.first == 0x3b else { return nil }
        }
    }

    private static func skipBlanks(_ rest: inout Substring.UTF8View) {
        while let first = rest.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
    }

    /// A token or a quoted string.
    private static func takeValue(_ rest: inout Substring.UTF8View) -> String? {
        guard rest.first == 0x22 else {
            let end = rest.firstIndex(of: 0x3b) ?? rest.endIndex
            defer { rest = rest[end...] }
            return String(String(Substring(rest[..<end])).trimmingHTTPWhitespace())
        }
        rest.removeFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == 0x22 { return String(decoding: bytes, as: UTF8.self) }
            // Only quotes and backslashes are ever escaped in practice; browsers send Windows paths unescaped.
            if byte == 0x5c, let next = rest.first, next == 0x22 || next == 0x5c {
                rest.removeFirst()
                bytes.append(next)
            } else {
                bytes.append(byte)
            }
        }
        return nil
    }
}
