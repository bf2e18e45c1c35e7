/// Names in a message: “SPEAKER_01 is Anna”, several on lines of their own or with commas between.
struct SpeakerNaming: Sendable, Hashable {
    /// Names by label.
    let names: [String: String]

    /// Words and signs between a label and its name, in the languages of the interface.
    private static let links = ["is", "=", ":", "->", "→", "adalah", "ialah", "é", "e'", "–", "-"]
    /// What may stand between two of them.
    private static let joints = ["and", "dan", "e", "&"]
    private static let mostNames = 200

    /// `nil` when nobody is named.
    init?(_ text: String) {
        var names: [String: String] = [:]
        for line in text.prefix(20_000).split(whereSeparator: \.isNewline) {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            var index = 0
            while index < words.count, names.count < Self.mostNames {
                guard let (label, rest, next) = Self.label(words, at: index) else {
                    index += 1
                    continue
                }
                var end = next
                while end < words.count, Self.label(words, at: end) == nil { end += 1 }
                var parts = Array(words[next..<end])
                if !rest.isEmpty { parts.insert(rest, at: 0) }
                if let name = Self.name(parts, isLast: end == words.count) { names[label] = name }
                index = end
            }
        }
        guard !names.isEmpty else { return nil }
        self.names = names
    }

    /// The label at a word, what clings to it, and the word behind it: `SPEAKER_01`, `speaker 1`, `SPEAKER_01:`.
    private static func label(_ words: [String], at index: Int) -> (label: String, rest: String, next: Int)? {
        let word = words[index].lowercased()
        guard word.hasPrefix("speaker") else { return nil }
        let tail = word.dropFirst("speaker".count).drop { $0 == "_" || $0 == "-" }
        if let (number, count) = number(tail) {
            return (label(number), String(words[index].suffix(tail.count - count)), index + 1)
        }
        guard tail.isEmpty, index + 1 < words.count, let (number, count) = number(words[index + 1][...]) else {
            return nil
        }
        return (label(number), String(words[index + 1].dropFirst(count)), index + 2)
    }

    private static func number(_ text: Substring) -> (value: Int, characters: Int)? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard (1...3).contains(digits.count), let value = Int(digits) else { return nil }
        return (value, digits.count)
    }

    private static func label(_ number: Int) -> String { "SPEAKER_\(number < 10 ? "0" : "")\(number)" }

    /// - Parameter isLast: no other label follows: what looks like a joint is part of the name.
    private static func name(_ words: [String], isLast: Bool) -> String? {
        var words = words[...]
        guard var first = words.first else { return nil }
        if links.contains(first.lowercased()) {
            words.removeFirst()
        } else if let sign = links.first(where: { !$0.allSatisfy(\.isLetter) && first.hasPrefix($0) }) {
            // The sign clings to the name: “SPEAKER_01=Anna”.
            first.removeFirst(sign.count)
            words[words.startIndex] = first
        } else {
            return nil
        }
        if !isLast, let last = words.last, joints.contains(last.lowercased()) { words.removeLast() }
        let name = words.joined(separator: " ")
        var plain = Substring(name)
        while let last = plain.last, last.isWhitespace || ",;.".contains(last) { plain.removeLast() }
        return plain.isEmpty ? nil : String(plain)
    }
}
