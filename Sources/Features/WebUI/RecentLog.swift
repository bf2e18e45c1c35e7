import EventLoops
public import Jobs
public import Telemetry

/// The last events of the log in memory, beside where it is written.
public final class RecentLog: EventLog {
    public struct Line: Sendable, Encodable {
        /// Rises by one with each event.
        public let number: Int
        public let at: Double
        public let level: String
        public let event: String
        public let fields: [String]
    }

    private struct State {
        var lines: [Line] = []
        var next = 0
        var number = 0
    }

    private static let kept = 500
    /// Characters of one field.
    private static let longestField = 200

    private let clock: any JobClock
    private let beyond: any EventLog
    private let least: LogEvent.Level
    private let state = Guarded(State())

    /// - Parameter beyond: gets every event.
    public init(before beyond: any EventLog, level: LogEvent.Level, clock: any JobClock) {
        self.beyond = beyond
        self.clock = clock
        least = level
    }

    public func note(_ event: LogEvent) {
        beyond.note(event)
        // Requests would push out everything else.
        guard event.level >= least, event.name != "request" || event.level > .info else { return }
        let fields = event.fields.map { name, value in
            switch value {
            case .text(let text): "\(name)=\(text.prefix(Self.longestField))"
            case .number(let number): "\(name)=\((number * 1000).rounded() / 1000)"
            case .whole(let number): "\(name)=\(number)"
            }
        }
        let now = clock.now().wall
        state.withLock { state in
            state.number += 1
            let line = Line(
                number: state.number, at: now, level: event.level.rawValue, event: event.name, fields: fields)
            if state.lines.count < Self.kept {
                state.lines.append(line)
            } else {
                state.lines[state.next] = line
                state.next = (state.next + 1) % Self.kept
            }
        }
    }

    /// Oldest first, behind a number.
    public func lines(after number: Int) -> [Line] {
        state.withLock { Array($0.lines[$0.next...] + $0.lines[..<$0.next]) }.filter { $0.number > number }
    }
}
