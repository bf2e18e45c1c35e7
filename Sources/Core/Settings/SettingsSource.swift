/// Where settings come from: the environment first, then a `.env` file.
public struct SettingsSource: Sendable {
    private let environment: [String: String]
    private let file: [String: String]

    public init(environment: [String: String], file: [String: String] = [:]) {
        self.environment = environment
        self.file = file
    }

    /// A variable's value; an empty one counts as not set.
    public subscript(name: String) -> String? {
        if let value = environment[name], !value.isEmpty { return value }
        if let value = file[name], !value.isEmpty { return value }
        return nil
    }
}

/// A `.env` file: `NAME=value` lines, `export` allowed, `#` comments, values in single or double quotes.
public enum EnvironmentFile {
    /// The variables of a file's text. Throws with the number of the first line that is none of these.
    public static func parse(_ text: String) throws(SettingsError) -> [String: String] {
        var variables: [String: String] = [:]
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var line = trimmed(line)
            if line.isEmpty || line.hasPrefix("#") { continue }
            if line.hasPrefix("export ") { line = trimmed(line.dropFirst(7)) }
            guard let equals = line.firstIndex(of: "="), case let name = trimmed(line[..<equals]), isName(name) else {
                throw SettingsError(problems: [".env line \(number + 1) is not of the form NAME=value"])
            }
            variables[String(name)] = try value(trimmed(line[line.index(after: equals)...]), line: number + 1)
        }
        return variables
    }

    private static func value(_ raw: Substring, line: Int) throws(SettingsError) -> String {
        guard let quote = raw.first, quote == "\"" || quote == "'" else {
            // A comment begins at a # after white space.
            var end = raw.endIndex
            var previous: Character = " "
            for index in raw.indices {
                if raw[index] == "#", previous.isWhitespace {
                    end = index
                    break
                }
                previous = raw[index]
            }
            return String(trimmed(raw[..<end]))
        }
        guard let close = raw.dropFirst().firstIndex(of: quote) else {
            throw SettingsError(problems: [".env line \(line) has an open quote"])
        }
        return String(raw[raw.index(after: raw.startIndex)..<close])
    }

    private static func isName(_ text: Substring) -> Bool {
        guard let first = text.first, first.isLetter || first == "_" else { return false }
        return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
    }

    private static func trimmed(_ text: some StringProtocol) -> Substring {
        var text = Substring(text)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}

/// What is wrong with the settings: all of it, so that it is put right in one go.
public struct SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    public let problems: [String]

    public init(problems: [String]) {
        self.problems = problems
    }

    public var description: String { problems.joined(separator: "\n") }
}
