/// The options of one subcommand: what they are called, whether they take a value, and what help says of them.
struct OptionTable: Sendable {
    struct Option: Sendable {
        let name: String
        /// `nil` for a switch.
        let value: String?
        let help: String
    }

    let options: [Option]

    init(_ options: [(name: String, value: String?, help: String)]) {
        self.options = options.map { Option(name: $0.name, value: $0.value, help: $0.help) }
    }

    /// Sorts words into options and the rest. `--` ends the options; `--name=value` and `--name value` are the same.
    func parse(_ words: some Sequence<RawWord>) throws(UsageError) -> ParsedOptions {
        var parsed = ParsedOptions()
        var rest = Array(words)[...]
        while let word = rest.popFirst() {
            let text = word.text
            if text == "--" {
                parsed.operands += rest
                break
            }
            guard text.hasPrefix("-"), text != "-" else {
                parsed.operands.append(word)
                continue
            }
            let name = String(text.prefix { $0 != "=" })
            guard let option = options.first(where: { $0.name == name || (name == "-h" && $0.name == "--help") }) else {
                throw UsageError("unknown option \(RawWord(name).display)")
            }
            try read(option, from: word, name.utf8.count, &rest, into: &parsed)
        }
        return parsed
    }

    private func read(
        _ option: Option, from word: RawWord, _ length: Int, _ rest: inout ArraySlice<RawWord>,
        into parsed: inout ParsedOptions
    ) throws(UsageError) {
        let inline = word.bytes.count > length ? RawWord(bytes: Array(word.bytes[(length + 1)...])) : nil
        guard option.value != nil else {
            guard inline == nil else { throw UsageError("\(option.name) takes no value") }
            parsed.switches.insert(option.name)
            return
        }
        guard let value = inline ?? rest.popFirst() else { throw UsageError("\(option.name) needs a value") }
        guard parsed.values.updateValue(value, forKey: option.name) == nil else {
            throw UsageError("\(option.name) is given twice")
        }
    }

    /// Two columns: the option and what it does.
    var help: String {
        options.map { option in
            let left = "  \(option.name) \(option.value ?? "")"
            return left + String(repeating: " ", count: max(2, 30 - left.count)) + option.help + "\n"
        }.joined()
    }
}

struct ParsedOptions: Sendable {
    var values: [String: RawWord] = [:]
    var switches: Set<String> = []
    var operands: [RawWord] = []

    func text(_ name: String) -> String? { values[name]?.text }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw UsageError("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// Seconds, `mm:ss` or `hh:mm:ss`, each with a fraction if wanted.
    func time(_ name: String) throws(UsageError) -> Double? {
        guard let text = text(name) else { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
        guard (1...3).contains(parts.count),
            !parts.contains(where: { $0 == nil || $0?.isFinite != true || ($0 ?? 0) < 0 })
        else { throw UsageError("\(name) must be seconds, mm:ss or hh:mm:ss") }
        return parts.compactMap(\.self).reduce(0) { $0 * 60 + $1 }
    }
}

/// A command line that cannot be obeyed; the program ends with code 2.
struct UsageError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
