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

    mutating func flag(_ name: String) -> Bool? {
        guard let text = source[name]?.lowercased() else { return nil }
        if ["true", "1", "yes", "on"].contains(text) { return true }
        if ["false", "0", "no", "off"].contains(text) { return false }
        problems.append("\(name) must be true or false")
        return nil
    }

    mutating func refuse(_ problem: String) {
        problems.append(problem)
    }

    func finish() throws(SettingsError) {
        if !problems.isEmpty { throw SettingsError(problems: problems) }
    }
}
