/// A field of a form as clients of different makers spell it: `key`, `key[]`, `key[0]`, or nested, `key[type]`.
struct FieldName: Equatable {
    let base: String
    /// What stands between the first brackets when it names a member.
    let member: String?

    init(_ text: String) {
        guard let open = text.firstIndex(of: "["), open != text.startIndex, text.hasSuffix("]") else {
            (base, member) = (text, nil)
            return
        }
        base = String(text[..<open])
        let inner = text[text.index(after: open)...].prefix { $0 != "]" }
        member = inner.isEmpty || inner.allSatisfy(\.isNumber) ? nil : String(inner)
    }

    /// The elements of a list in one field: JSON in a string, words between commas, or one value.
    static func elements(_ value: String) -> [String] {
        if value.hasPrefix("["), let parsed = StringList(json: value) { return parsed.elements }
        return value.split(separator: ",").map { String($0.trimmingSpaces) }.filter { !$0.isEmpty }
    }
}

extension Substring {
    var trimmingSpaces: Substring {
        var text = drop { $0.isWhitespace }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
