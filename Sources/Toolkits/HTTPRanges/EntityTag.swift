internal import HTTPTypes

/// An entity tag (RFC 9110 section 8.8.3).
public struct EntityTag: Hashable, Sendable, CustomStringConvertible {
    /// What stands between the quotes.
    public let opaque: String
    /// Whether equal tags mean no more than equivalent content.
    public let isWeak: Bool

    /// A tag of printable ASCII without quotes; other characters are left out.
    public init(_ opaque: String, isWeak: Bool = false) {
        self.opaque = String(
            decoding: opaque.utf8.filter { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 }, as: UTF8.self)
        self.isWeak = isWeak
    }

    public var description: String { (isWeak ? "W/\"" : "\"") + opaque + "\"" }

    /// Strong comparison (section 8.8.3.2): for ranges and `If-Match`.
    func matchesStrongly(_ other: EntityTag) -> Bool { !isWeak && !other.isWeak && opaque == other.opaque }

    /// Weak comparison: for `If-None-Match`.
    func matchesWeakly(_ other: EntityTag) -> Bool { opaque == other.opaque }
}

/// What `If-Match` and `If-None-Match` ask for.
enum EntityTagCondition: Equatable {
    case any
    case tags([EntityTag])

    /// Reads a whole list; nil when it is malformed.
    init?(_ text: String) {
        if text == "*" {
            self = .any
            return
        }
        var bytes = text.utf8[...]
        var tags: [EntityTag] = []
        while true {
            while let first = bytes.first, first == 0x20 || first == 0x09 || first == 0x2c { bytes.removeFirst() }
            if bytes.isEmpty { break }
            guard let tag = EntityTag(parsing: &bytes) else { return nil }
            tags.append(tag)
        }
        if tags.isEmpty { return nil }
        self = .tags(tags)
    }

    func contains(where matches: (EntityTag) -> Bool) -> Bool {
        switch self {
        case .any: true
        case .tags(let tags): tags.contains(where: matches)
        }
    }
}

extension EntityTag {
    /// Reads one tag from the front.
    init?(parsing bytes: inout Substring.UTF8View) {
        var isWeak = false
        if bytes.starts(with: "W/".utf8) {
            isWeak = true
            bytes.removeFirst(2)
        }
        guard bytes.first == 0x22 else { return nil }
        bytes.removeFirst()
        guard let end = bytes.firstIndex(of: 0x22) else { return nil }
        guard bytes[..<end].allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { return nil }
        opaque = String(Substring(bytes[..<end]))
        self.isWeak = isWeak
        bytes = bytes[bytes.index(after: end)...]
        // Tags of a list are separated by commas.
        guard bytes.isEmpty || bytes.first == 0x2c || bytes.first == 0x20 || bytes.first == 0x09 else { return nil }
    }
}
