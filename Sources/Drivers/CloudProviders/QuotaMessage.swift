import CloudRouting
import HTTPTypes

/// What Groq's messages say about its limits: "… on seconds of audio per hour (ASPH): Limit 7200, Used 7170, Requested
/// 230. Please try again in 1m39.738s." No header holds these numbers.
struct QuotaMessage: Equatable {
    let window: ProviderError.RateWindow?
    let limit: Double?
    let retryAfter: Double?

    init(_ message: String) {
        window = Self.windows.first { message.contains($0.0) }?.1
        limit = window == nil ? nil : Self.number(after: "Limit ", in: message)
        retryAfter = Self.text(after: "try again in ", in: message).flatMap { RetryAfter.duration($0) }
    }

    private static let windows: [(String, ProviderError.RateWindow)] = [
        ("(ASPH)", .audioSecondsPerHour), ("(ASPD)", .audioSecondsPerDay), ("(RPM)", .requestsPerMinute),
        ("(RPD)", .requestsPerDay), ("audio per hour", .audioSecondsPerHour), ("audio per day", .audioSecondsPerDay),
    ]

    private static func text(after mark: String, in message: String) -> Substring? {
        var rest = message[...]
        while !rest.isEmpty {
            if rest.hasPrefix(mark) { return rest.dropFirst(mark.count).prefix { !$0.isWhitespace } }
            rest = rest.dropFirst()
        }
        return nil
    }

    private static func number(after mark: String, in message: String) -> Double? {
        text(after: mark, in: message).flatMap { Double($0.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }) }
    }
}

/// When to come back.
enum RetryAfter {
    /// `Retry-After` in seconds, or `retry-after-ms`; a date is not used by these services.
    static func seconds(_ fields: HTTPFields) -> Double? {
        if let text = fields["retry-after-ms"], let value = Double(text), value >= 0 { return value / 1000 }
        guard let text = fields[.retryAfter]?.trimmingHTTPWhitespace() else { return nil }
        return duration(Substring(text))
    }

    /// `7`, `7.5`, `100s`, `2m59.56s`, `1h2m3s`, `480ms`.
    static func duration(_ text: Substring) -> Double? {
        if let plain = Double(text), plain.isFinite, plain >= 0 { return plain }
        var total = 0.0
        var rest = text
        var found = false
        while let first = rest.first, first.isASCII, first.isNumber {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest.dropFirst(unit.count)
            guard let value = Double(digits), let scale = scales[String(unit)] else { return nil }
            total += value * scale
            found = true
        }
        return found ? total : nil
    }

    private static let scales = ["ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400]
}
