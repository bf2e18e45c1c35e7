/// Reads typed values and collects what is wrong with them. No message repeats a value: it may be a secret.
struct SettingsReader {
    private let source: SettingsSource
    private var problems: [String] = []

    init(_ source: SettingsSource) {
        self.source = source
    }

    func text(_ name: String) -> String? { source[name] }

    mutating func number(_ name: String, in range: ClosedRange<Double>) -> Double? {
        guard let text = source[name] else { return nil }
        guard let value = Double(text), range.contains(value) else {
            problems.append("\(name) must be a number from \(Int(range.lowerBound)) to \(Int(range.upperBound))")
            return nil
        }
        return value
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = source[name] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            problems.append("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return value
    }

    /// A comma-separated list of known words.
    mutating func list(_ name: String, among known: [String]) -> [String]? {
        guard let text = source[name] else { return nil }
        let words = text.lowercased().split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter {
            !$0.isEmpty
        }
        guard !words.isEmpty, words.allSatisfy(known.contains) else {
            problems.append("\(name) must be one or more of \(known.joined(separator: ", "))")
            return nil
        }
        return words
    }

    mutating func webAddress(_ name: String) -> String? {
        guard let text = source[name] else { return nil }
        guard text.hasPrefix("https://") || text.hasPrefix("http://") else {
            problems.append("\(name) must begin with https:// or http://")
            return nil
        }
        return text
    }

    /// One of two names for the same number; both set and different is an error.
    mutating func integer(_ name: String, or alias: String, in range: ClosedRange<Int>) -> Int? {
        let first = integer(name, in: range)
        let second = integer(alias, in: range)
        if let first, let second, first != second { complainOfBoth(name, alias) }
        return first ?? second
    }

    mutating func flag(_ name: String, or alias: String? = nil) -> Bool? {
        let first = truth(name)
        guard let alias else { return first }
        let second = truth(alias)
        if let first, let second, first != second { complainOfBoth(name, alias) }
        return first ?? second
    }

    private mutating func truth(_ name: String) -> Bool? {
        switch source[name]?.lowercased() {
        case nil: return nil
        case "true", "1", "yes", "on": return true
        case "false", "0", "no", "off": return false
        default:
            problems.append("\(name) must be true or false")
            return nil
        }
    }

    private mutating func complainOfBoth(_ name: String, _ alias: String) {
        problems.append("\(name) and \(alias) mean the same and differ; set one of them")
    }

    /// One of a closed list of words.
    mutating func choice<Value: RawRepresentable<String> & CaseIterable>(_ name: String, _ type: Value.Type) -> Value? {
        guard let text = source[name] else { return nil }
        guard let value = Value(rawValue: text.lowercased()) else {
            problems.append("\(name) must be one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        return value
    }

    /// `96k`, or bits per second.
    mutating func bitrate(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = source[name]?.lowercased() else { return nil }
        let value = text.hasSuffix("k") ? Int(text.dropLast()).map { $0 * 1000 } : Int(text)
        guard let value, range.contains(value) else {
            problems.append("\(name) must be a bitrate from \(range.lowerBound / 1000)k to \(range.upperBound / 1000)k")
            return nil
        }
        return value
    }

    /// Seconds: a number with `s`, `m`, `h` or `d` after it, or without a unit.
    mutating func duration(_ name: String) -> Double? {
        guard let text = source[name] else { return nil }
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        let unit = text.last.flatMap { units[$0] }
        guard let value = Double(unit == nil ? text : String(text.dropLast())), value >= 0, value < 1e6 else {
            problems.append("\(name) must be a duration such as 0, 90m, 24h or 7d")
            return nil
        }
        return value * (unit ?? 1)
    }

    /// Words between commas.
    func words(_ name: String) -> [String] {
        (source[name] ?? "").split(separator: ",").map { word in
            String(word.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
        }.filter { !$0.isEmpty }
    }

    mutating func complain(_ problem: String) { problems.append(problem) }

    func finish() throws(SettingsError) {
        if !problems.isEmpty { throw SettingsError(problems: problems) }
    }
}
