/// Header fields in the order in which they were written; a name may occur more than once.
public struct HTTPFields: Sendable, Equatable, ExpressibleByDictionaryLiteral, Sequence {
    /// One field line.
    public struct Field: Sendable, Equatable {
        public var name: HTTPFieldName
        public var value: String

        public init(name: HTTPFieldName, value: String) {
            self.name = name
            self.value = value
        }
    }

    private var fields: [Field]

    public init() {
        fields = []
    }

    public init(dictionaryLiteral elements: (HTTPFieldName, String)...) {
        fields = []
        fields.reserveCapacity(elements.count)
        for element in elements { fields.append(Field(name: element.0, value: element.1)) }
    }

    /// The number of field lines.
    public var count: Int { fields.count }
    public var isEmpty: Bool { fields.isEmpty }

    public func makeIterator() -> Array<Field>.Iterator { fields.makeIterator() }

    /// The first value of `name`. Setting replaces every line of that name; setting nil removes them.
    public subscript(name: HTTPFieldName) -> String? {
        get {
            for field in fields where field.name == name { return field.value }
            return nil
        }
        set {
            guard let newValue else {
                fields.removeAll { $0.name == name }
                return
            }
            guard let first = fields.firstIndex(where: { $0.name == name }) else {
                fields.append(Field(name: name, value: newValue))
                return
            }
            fields[first].value = newValue
            let rest = (first + 1)..<fields.count
            if rest.contains(where: { fields[$0].name == name }) {
                fields = fields[...first] + fields[rest].filter { $0.name != name }
            }
        }
    }

    /// Every value of `name`, one per line.
    public func values(of name: HTTPFieldName) -> [String] {
        fields.filter { $0.name == name }.map(\.value)
    }

    /// The elements of a comma-separated list spread over any number of lines (RFC 9110 section 5.6.1), trimmed and
    /// without empty ones. For lists whose elements hold no quoted commas.
    public func list(of name: HTTPFieldName) -> [Substring] {
        var elements: [Substring] = []
        for field in fields where field.name == name {
            for element in field.value.split(separator: ",") {
                let trimmed = element.trimmingHTTPWhitespace()
                if !trimmed.isEmpty { elements.append(trimmed) }
            }
        }
        return elements
    }

    public func contains(_ name: HTTPFieldName) -> Bool {
        fields.contains { $0.name == name }
    }

    /// Adds a line, keeping those of the same name.
    public mutating func append(_ name: HTTPFieldName, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Makes room for `count` lines.
    public mutating func reserveCapacity(_ count: Int) {
        fields.reserveCapacity(count)
    }
}

extension StringProtocol {
    /// Without the spaces and tabs around it (RFC 9110 section 5.6.3).
    public func trimmingHTTPWhitespace() -> SubSequence {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        guard let start = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return self[endIndex...]
        }
        return self[start...last]
    }

    /// Equality without regard to ASCII case, for tokens.
    public func isToken(_ token: StaticString) -> Bool {
        guard utf8.count == token.utf8CodeUnitCount else { return false }
        return token.withUTF8Buffer { expected in
            zip(utf8, expected).allSatisfy { byte, other in
                (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)
                    == (other >= 0x41 && other <= 0x5a ? other | 0x20 : other)
            }
        }
    }
}
