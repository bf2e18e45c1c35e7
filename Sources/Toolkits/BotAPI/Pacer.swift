public import EventLoops

/// Decides when a message may go out: at most 30 a second in all, one a second to a chat and 20 a minute to a group
/// (https://core.telegram.org/bots/faq), answers before progress. A chat that was quiet may get three at once, which
/// Telegram allows. Knows no clock: it is told the time.
public struct Pacer: Sendable {
    public enum Priority: Int, Sendable, CaseIterable, Comparable {
        /// What somebody waits for.
        case answer
        case notice
        /// May be late, and may not use up a group's minute.
        case progress

        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    private struct Ticket {
        let number: Int
        let chat: Int64
    }

    private struct Chat {
        /// When its next message is due were it to send all the time.
        var due: MonotonicTime
        /// Told to wait by the server.
        var pausedUntil: MonotonicTime?
        /// Of a group: what went out within the last minute.
        var sent: [MonotonicTime] = []
    }

    static let perSecond = 30
    static let burst = 3
    static let perGroupMinute = 20
    /// Progress leaves the rest of a group's minute to answers.
    static let progressPerGroupMinute = 12

    private var waiting: [[Ticket]] = Priority.allCases.map { _ in [] }
    private var chats: [Int64: Chat] = [:]
    private var globalDue: MonotonicTime?
    private var globalPause: MonotonicTime?
    private var lastNumber = 0

    public init() {}

    /// Takes a place in line. Returns its number.
    public mutating func enter(chat: Int64, _ priority: Priority) -> Int {
        lastNumber += 1
        waiting[priority.rawValue].append(Ticket(number: lastNumber, chat: chat))
        return lastNumber
    }

    /// Leaves the line.
    public mutating func leave(_ number: Int) {
        for index in waiting.indices { waiting[index].removeAll { $0.number == number } }
    }

    /// The server said 429 for this chat.
    public mutating func pause(chat: Int64, until: MonotonicTime) {
        chats[chat, default: Chat(due: until)].pausedUntil = until
    }

    /// The server said 429 for something that belongs to no chat.
    public mutating func pauseAll(until: MonotonicTime) { globalPause = until }

    /// Whose turn it is now, and when to ask again; `nil` when nobody waits.
    public mutating func grant(_ now: MonotonicTime) -> (numbers: [Int], next: MonotonicTime?) {
        var granted: [Int] = []
        var next: MonotonicTime?
        for priority in Priority.allCases {
            var held: Set<Int64> = []
            var left: [Ticket] = []
            for ticket in waiting[priority.rawValue] {
                let when = held.contains(ticket.chat) ? nil : earliest(ticket.chat, priority, now)
                if let when, when <= now {
                    take(ticket.chat, now)
                    granted.append(ticket.number)
                } else {
                    // Those behind it in the same chat wait too, so that order stays.
                    held.insert(ticket.chat)
                    left.append(ticket)
                    if let when { next = min(next ?? when, when) }
                }
            }
            waiting[priority.rawValue] = left
        }
        if chats.count > 4096 { forgetQuiet(now) }
        return (granted, next)
    }

    private func earliest(_ id: Int64, _ priority: Priority, _ now: MonotonicTime) -> MonotonicTime {
        var when = now
        if let globalPause { when = max(when, globalPause) }
        if let globalDue { when = max(when, globalDue + .nanoseconds(-1_000_000_000)) }
        guard let chat = chats[id] else { return when }
        if let pause = chat.pausedUntil { when = max(when, pause) }
        when = max(when, chat.due + .seconds(-Self.burst + 1))
        guard id < 0 else { return when }
        let limit = priority == .progress ? Self.progressPerGroupMinute : Self.perGroupMinute
        let recent = chat.sent.filter { now - $0 < .seconds(60) }
        if recent.count >= limit { when = max(when, recent[recent.count - limit] + .seconds(60)) }
        return when
    }

    private mutating func take(_ id: Int64, _ now: MonotonicTime) {
        globalDue = max(globalDue ?? now, now) + .nanoseconds(1_000_000_000 / Int64(Self.perSecond))
        var chat = chats[id] ?? Chat(due: now)
        chat.due = max(chat.due, now) + .seconds(1)
        if let pause = chat.pausedUntil, pause <= now { chat.pausedUntil = nil }
        if id < 0 {
            chat.sent.removeAll { now - $0 >= .seconds(60) }
            chat.sent.append(now)
        }
        chats[id] = chat
    }

    private mutating func forgetQuiet(_ now: MonotonicTime) {
        chats = chats.filter { _, chat in
            chat.due > now || chat.pausedUntil.map { $0 > now } ?? false
                || chat.sent.contains { now - $0 < .seconds(60) }
        }
    }
}
