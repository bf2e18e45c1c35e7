import FoundationEssentials
import Glibc
import HostProcesses
import Jobs
import Telemetry

/// The log on standard error: lines for people on a terminal, JSON elsewhere.
struct LogWriter: EventLog {
    enum Form: Sendable {
        case text, json
    }

    private let form: Form
    private let level: LogEvent.Level

    init(form: Form, level: LogEvent.Level) {
        self.form = form
        self.level = level
    }

    func note(_ event: LogEvent) {
        guard event.level >= level else { return }
        let now = SystemClock().now().wall
        let line = form == .json ? Self.json(event, now) : Self.text(event, now)
        // One write for each line: lines of several threads do not mix. Nobody can be told when it fails.
        _ = Descriptor.writeAll(Array((line + "\n").utf8), to: 2)
    }

    static func text(_ event: LogEvent, _ now: Double) -> String {
        var line = "\(timestamp(now)) \(event.level.rawValue) \(event.name)"
        for (key, value) in event.fields {
            line += " \(key)="
            switch value {
            case .text(let text): line += oneLine(text)
            case .number(let number): line += "\((number * 1000).rounded() / 1000)"
            case .whole(let number): line += "\(number)"
            }
        }
        return line
    }

    /// Field values may come from outside: nothing in them may look like another line or steer a terminal.
    private static func oneLine(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x22 }
        return isPlain && !text.isEmpty ? text : quoted(text)
    }

    static func json(_ event: LogEvent, _ now: Double) -> String {
        var line =
            "{\"time\":\"\(timestamp(now))\",\"level\":\"\(event.level.rawValue)\",\"event\":\(quoted(event.name))"
        for (key, value) in event.fields {
            line += ",\(quoted(key)):"
            switch value {
            case .text(let text): line += quoted(text)
            case .number(let number): line += number.isFinite ? "\((number * 1000).rounded() / 1000)" : "null"
            case .whole(let number): line += "\(number)"
            }
        }
        return line + "}"
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value):
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// RFC 3339 in UTC, to the millisecond.
    static func timestamp(_ wall: Double) -> String {
        var seconds = time_t(wall)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func pad(_ value: CInt, _ width: Int = 2) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        let milliseconds = CInt((wall - wall.rounded(.down)) * 1000)
        return "\(pad(parts.tm_year + 1900, 4))-\(pad(parts.tm_mon + 1))-\(pad(parts.tm_mday))T"
            + "\(pad(parts.tm_hour)):\(pad(parts.tm_min)):\(pad(parts.tm_sec)).\(pad(milliseconds, 3))Z"
    }
}
