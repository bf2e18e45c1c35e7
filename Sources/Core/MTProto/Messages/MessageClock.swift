/// Numbers of messages: the server's time in units of 2^-32 s, always rising.
struct MessageClock: Sendable {
    /// Seconds the server's clock is ahead of ours.
    var offset: Double
    private var last: Int64 = 0

    init(offset: Double) { self.offset = offset }

    /// The next number of a client: divisible by four.
    mutating func next(_ now: Double) -> Int64 {
        var id = Self.number(now + offset) & ~3
        if id <= last { id = last + 4 }
        last = id
        return id
    }

    /// After the clock was set anew, numbers may be smaller than before.
    mutating func restart() { last = 0 }

    /// Whether a server's number lies between 300 s ago and 30 s ahead.
    func accepts(_ id: Int64, _ now: Double) -> Bool {
        let difference = Self.seconds(id) - (now + offset)
        return difference > -300 && difference < 30
    }

    static func seconds(_ id: Int64) -> Double { Double(id) / 4_294_967_296 }

    private static func number(_ seconds: Double) -> Int64 {
        Int64(max(0, min(seconds, 2_000_000_000)) * 4_294_967_296)
    }
}
