/// Writes JSON with the keys in the order they are given, which keeps the file readable and the bytes stable.
struct JSONText {
    private(set) var text = ""
    private var depth = 0
    private var isFirst = true

    mutating func object(_ body: (inout JSONText) -> Void) { nest("{", "}", body) }

    mutating func array<Element>(
        of elements: some Collection<Element>, _ body: (inout JSONText, Element) -> Void
    ) {
        nest("[", "]") { json in
            for element in elements {
                json.separate()
                body(&json, element)
            }
        }
    }

    mutating func key(_ name: String) {
        separate()
        string(name)
        text += ": "
    }

    mutating func string(_ value: String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    mutating func literal(_ value: String) { text += value }

    mutating func stringOrNull(_ value: String?) {
        if let value { string(value) } else { literal("null") }
    }

    private mutating func separate() {
        text += isFirst ? "\n" : ",\n"
        text += String(repeating: "  ", count: depth)
        isFirst = false
    }

    private mutating func nest(_ opening: String, _ closing: String, _ body: (inout JSONText) -> Void) {
        text += opening
        depth += 1
        isFirst = true
        body(&self)
        depth -= 1
        // An empty collection stays on its line.
        if !isFirst { text += "\n" + String(repeating: "  ", count: depth) }
        isFirst = false
        text += closing
    }
}
