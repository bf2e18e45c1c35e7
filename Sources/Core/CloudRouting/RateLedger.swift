/// What one provider lets one key do, and what has been used of it.
///
/// Groq tells in no header how many seconds of audio are left, so they are counted here: in windows that slide, and from
/// the moment a request is sent, so that requests under way at the same time never exceed a limit together. Times are
/// seconds since 1970, given by the caller.
public struct RateLedger: Sendable, Hashable, Codable {
    public struct Limits: Sendable, Hashable, Codable {
        public var requestsPerMinute: Int?
        public var requestsPerDay: Int?
        public var audioSecondsPerHour: Double?
        public var audioSecondsPerDay: Double?
        public var concurrency: Int

        public init(
            requestsPerMinute: Int? = nil, requestsPerDay: Int? = nil, audioSecondsPerHour: Double? = nil,
            audioSecondsPerDay: Double? = nil, concurrency: Int = 4
        ) {
            self.requestsPerMinute = requestsPerMinute
            self.requestsPerDay = requestsPerDay
            self.audioSecondsPerHour = audioSecondsPerHour
            self.audioSecondsPerDay = audioSecondsPerDay
            self.concurrency = max(1, concurrency)
        }
    }

    public enum Answer: Sendable, Hashable {
        /// The request may be sent; the number settles it afterwards.
        case granted(Int)
        /// As many requests as allowed are under way.
        case busy
        case later(at: Double, ProviderError.RateWindow)
        /// This request alone is more than the limit.
        case never(limit: Double)
    }

    private struct Entry: Sendable, Hashable, Codable {
        var id: Int
        var time: Double
        var seconds: Double
    }

    private static let minute = 60.0
    private static let hour = 3600.0
    private static let day = 86_400.0

    public private(set) var limits: Limits
    /// Requests of the last day, oldest first.
    private var entries: [Entry] = []
    private var underWay: Set<Int> = []
    private var nextID = 0
    /// The provider itself said: not before.
    private var blocked: (until: Double, window: ProviderError.RateWindow)? {
        get { blockedUntil.map { ($0, blockedWindow) } }
        set {
            blockedUntil = newValue?.until
            blockedWindow = newValue?.window ?? .unknown
        }
    }
    private var blockedUntil: Double?
    private var blockedWindow = ProviderError.RateWindow.unknown

    public init(_ limits: Limits) {
        self.limits = limits
    }

    /// Asks to send a request of `seconds` of audio now.
    public mutating func reserve(seconds: Double, now: Double) -> Answer {
        forget(before: now - Self.day)
        for limit in [limits.audioSecondsPerHour, limits.audioSecondsPerDay] {
            if let limit, seconds > limit { return .never(limit: limit) }
        }
        if underWay.count >= limits.concurrency { return .busy }
        if let (until, window) = blocked, until > now { return .later(at: until, window) }
        if let (time, window) = wait(seconds, now), time > now { return .later(at: time, window) }
        nextID += 1
        entries.append(Entry(id: nextID, time: now, seconds: seconds))
        underWay.insert(nextID)
        return .granted(nextID)
    }

    /// A request is over. One that the provider did not count is taken off the books.
    public mutating func settle(_ id: Int, wasCounted: Bool) {
        guard underWay.remove(id) != nil else { return }
        if !wasCounted { entries.removeAll { $0.id == id } }
    }

    /// What a response's headers say is left.
    public mutating func observe(_ rate: RateObservation, now: Double) {
        if let limit = rate.requestsPerDay, limit > 0 { limits.requestsPerDay = limit }
        guard let left = rate.requestsLeft, left <= 0, let reset = rate.secondsToReset else { return }
        block(until: now + reset, .requestsPerDay)
    }

    /// A 429 says that others use the same key, or that a limit is lower than believed.
    public mutating func refused(_ window: ProviderError.RateWindow, retryAfter: Double?, limit: Double?, now: Double) {
        switch window {
        case .audioSecondsPerHour: if let limit { limits.audioSecondsPerHour = limit }
        case .audioSecondsPerDay: if let limit { limits.audioSecondsPerDay = limit }
        default: break
        }
        let pause = retryAfter ?? (window == .concurrency ? 2 : 10)
        block(until: now + max(pause, 0.1), window)
    }

    /// Seconds of audio counted in the last `window` seconds.
    public func audioSeconds(inLast window: Double, now: Double) -> Double {
        entries.reduce(0) { $1.time > now - window ? $0 + $1.seconds : $0 }
    }

    public var requestsUnderWay: Int { underWay.count }

    /// The same books for another process of this machine: requests under way are not its own.
    public func carriedOver(_ limits: Limits) -> RateLedger {
        var copy = self
        copy.limits = limits
        copy.underWay = []
        return copy
    }

    /// What two processes used of the same key's limits: requests that both know count once.
    public func joined(with other: RateLedger) -> RateLedger {
        var copy = self
        let known = Set(entries.map { [$0.time, $0.seconds] })
        let news = other.entries.filter { !known.contains([$0.time, $0.seconds]) }
        // Settled long ago, as far as this ledger is concerned: the number is nobody's any more.
        copy.entries = (entries + news.map { Entry(id: -1, time: $0.time, seconds: $0.seconds) })
            .sorted { $0.time < $1.time }
        if let (until, window) = other.blocked { copy.block(until: until, window) }
        return copy
    }

    /// Without what no limit looks at any more.
    public func current(at now: Double) -> RateLedger {
        var copy = self
        copy.forget(before: now - Self.day)
        return copy
    }

    // MARK: - Windows

    private mutating func block(until: Double, _ window: ProviderError.RateWindow) {
        if let current = blockedUntil, current >= until { return }
        blocked = (until, window)
    }

    private mutating func forget(before time: Double) {
        // A clock that was set back must not make old entries eternal.
        entries.removeAll { $0.time <= time || $0.time > time + 2 * Self.day }
    }

    /// The moment at which every window has room.
    private func wait(_ seconds: Double, _ now: Double) -> (Double, ProviderError.RateWindow)? {
        let waits: [(Double, ProviderError.RateWindow)?] = [
            limits.requestsPerMinute.flatMap { room(1, Double($0), Self.minute, now) { _ in 1 } }
                .map { ($0, .requestsPerMinute) },
            limits.requestsPerDay.flatMap { room(1, Double($0), Self.day, now) { _ in 1 } }
                .map { ($0, .requestsPerDay) },
            limits.audioSecondsPerHour.flatMap { room(seconds, $0, Self.hour, now, \.seconds) }
                .map { ($0, .audioSecondsPerHour) },
            limits.audioSecondsPerDay.flatMap { room(seconds, $0, Self.day, now, \.seconds) }
                .map { ($0, .audioSecondsPerDay) },
        ]
        return waits.compactMap(\.self).max { $0.0 < $1.0 }
    }

    /// When `amount` more fits under `limit` in a window of `length` seconds; `nil` when it does already.
    private func room(
        _ amount: Double, _ limit: Double, _ length: Double, _ now: Double, _ size: (Entry) -> Double
    ) -> Double? {
        let inside = entries.filter { $0.time > now - length }
        var used = inside.reduce(0) { $0 + size($1) }
        guard used + amount > limit else { return nil }
        for entry in inside {
            used -= size(entry)
            if used + amount <= limit { return entry.time + length }
        }
        return now + length
    }
}

/// What the headers of an answer say about a key's limits.
public struct RateObservation: Sendable, Hashable {
    public var requestsPerDay: Int?
    public var requestsLeft: Int?
    public var secondsToReset: Double?

    public init(requestsPerDay: Int? = nil, requestsLeft: Int? = nil, secondsToReset: Double? = nil) {
        self.requestsPerDay = requestsPerDay
        self.requestsLeft = requestsLeft
        self.secondsToReset = secondsToReset
    }
}
