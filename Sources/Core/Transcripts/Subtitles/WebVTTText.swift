/// The text of a WebVTT cue: markup taken off, character references decoded (section 6.4, "cue text parsing rules").
struct WebVTTText {
    private(set) var plain = ""
    private(set) var voice: String?

    private typealias Scalars = Substring.UnicodeScalarView

    /// Reads scalar by scalar: a combining mark behind `;` or `<` joins it to one character, but not to one mark-up.
    init(_ text: String) {
        var rest = text.unicodeScalars[...]
        while let mark = rest.firstIndex(where: { $0 == "<" || $0 == "&" }) {
            plain += String(rest[..<mark])
            rest = rest[mark...]
            if rest.first == "<" { takeTag(&rest) } else { takeReference(&rest) }
        }
        plain += String(rest)
    }

    /// The lines that can be seen.
    var lines: [String] {
        plain.unicodeScalars.split(separator: "\n").map { String($0).singleLine }.filter { !$0.isEmpty }
    }

    /// `&`, `<` and `>` as references, so that text is never read as markup or as times.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    private mutating func takeTag(_ rest: inout Scalars) {
        let content = rest.dropFirst()
        // The specification would drop all that follows a lone "<". What someone wrote matters more: only what looks
        // like a tag is one, and the rest is text.
        guard let first = content.first, first.isASCII,
            first == "/" || Character(first).isLetter || Character(first).isNumber,
            let end = content.firstIndex(where: { $0 == ">" || $0 == "<" }), content[end] == ">"
        else {
            plain += "<"
            rest = content
            return
        }
        let tag = content[..<end]
        rest = content[content.index(after: end)...]
        guard voice == nil, tag.first == "v", let gap = tag.firstIndex(where: \.properties.isWhitespace) else { return }
        let name = tag[..<gap]
        guard name.count == 1 || name.dropFirst().first == "." else { return }
        let annotation = WebVTTText(String(tag[gap...])).plain.singleLine
        voice = annotation.isEmpty ? nil : annotation
    }

    private mutating func takeReference(_ rest: inout Scalars) {
        // The longest reference read here is "&#x10FFFF;".
        if let end = rest.prefix(12).firstIndex(of: ";"),
            let decoded = Self.decoded(Substring(rest[rest.index(after: rest.startIndex)..<end]))
        {
            plain += decoded
            rest = rest[rest.index(after: end)...]
        } else {
            plain += "&"
            rest.removeFirst()
        }
    }

    private static func decoded(_ name: Substring) -> String? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        case "nbsp": return "\u{A0}"
        case "lrm": return "\u{200E}"
        case "rlm": return "\u{200F}"
        default: break
        }
        guard name.first == "#" else { return nil }
        let digits = name.dropFirst()
        let isHexadecimal = digits.first == "x" || digits.first == "X"
        let value = isHexadecimal ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits, radix: 10)
        return value.flatMap(Unicode.Scalar.init).map(String.init)
    }
}
