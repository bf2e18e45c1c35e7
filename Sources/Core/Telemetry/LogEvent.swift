/// Something worth a line in the log: a stable name and fields. Never a secret, never text that somebody spoke.
public struct LogEvent: Sendable, Hashable {
    public enum Level: String, Sendable, Hashable, CaseIterable, Comparable {
        case debug, info, warning, error

        public static func < (left: Level, right: Level) -> Bool {
            allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
        }
    }

    public enum Value: Sendable, Hashable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
        case text(String)
        case number(Double)
        case whole(Int)

        public init(stringLiteral text: String) { self = .text(text) }
        public init(integerLiteral number: Int) { self = .whole(number) }
    }

    public var level: Level
    /// Words separated by spaces, always the same for the same event: `job completed`.
    public var name: String
    public var fields: [(key: String, value: Value)] { pairs.map { ($0.key, $0.value) } }
    private var pairs: [Pair]

    private struct Pair: Sendable, Hashable {
        var key: String
        var value: Value
    }

    public init(_ level: Level, _ name: String, _ fields: KeyValuePairs<String, Value> = [:]) {
        self.level = level
        self.name = name
        pairs = fields.map { Pair(key: $0.key, value: $0.value) }
    }
}

/// The port to the log.
public protocol EventLog: Sendable {
    func note(_ event: LogEvent)
}

public struct NoLog: EventLog {
    public init() {}
    public func note(_ event: LogEvent) {}
}
