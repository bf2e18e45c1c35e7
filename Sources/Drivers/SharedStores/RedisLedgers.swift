public import CloudRouting
internal import Redis

/// What all nodes used of the limits of services on the network.
public struct RedisLedgers: Sendable {
    /// A day's entries take far less.
    private static let largest = 4 << 20
    /// Seconds after which nothing in a ledger matters.
    private static let life = 2 * 86_400

    private let place: SharedPlace

    public init(_ place: SharedPlace) { self.place = place }

    /// Adds what this node used, and returns what all did. To be called every few seconds while there is work, and
    /// before the first request; losing it costs a refused request, never a result.
    ///
    /// - Parameter now: seconds since 1970, as in the ledgers.
    /// - Throws: when the server cannot be reached, or holds something else.
    public func exchange(_ own: [String: RateLedger], now: Double) async throws -> [String: RateLedger] {
        let deadline = Deadline(place.patience)
        let names = own.keys.sorted()
        while true {
            let known = try await run(Self.read, names, deadline).list()
            var all: [String: RateLedger] = [:]
            var words: [any RedisArgument] = [Self.life]
            for (name, value) in zip(names, known) {
                let bytes = value.bytes ?? []
                // One that has grown beyond reason is begun anew.
                let there: RateLedger? = bytes.count <= Self.largest ? try value.decoded() : nil
                guard let mine = own[name]?.current(at: now) else { continue }
                let joined = there.map { mine.joined(with: $0.current(at: now)) } ?? mine
                all[name] = joined
                words += [name, bytes, try Coding.json(joined.carriedOver(joined.limits))]
            }
            if try await run(Self.write, words, deadline).number() == 1 { return all }
            guard !deadline.isOver else { throw UnreadableReply(what: "ledgers that others keep changing") }
        }
    }

    private func run(
        _ script: RedisScript, _ words: [any RedisArgument], _ deadline: Deadline
    ) async throws -> RedisValue {
        // Adding the same twice is adding it once.
        try await place.client.run(
            script, keys: [place.key("ledgers")], words, isIdempotent: true, within: deadline.rest)
    }

    private static let read = RedisScript(
        """
        local found = {}
        for _, name in ipairs(ARGV) do found[#found + 1] = redis.call('HGET', KEYS[1], name) end
        return found
        """)

    /// How long they live; then names, each with what was read (empty for nothing) and what takes its place.
    private static let write = RedisScript(
        """
        for at = 2, #ARGV, 3 do
            if (redis.call('HGET', KEYS[1], ARGV[at]) or '') ~= ARGV[at + 1] then return 0 end
        end
        for at = 2, #ARGV, 3 do redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 2]) end
        redis.call('EXPIRE', KEYS[1], ARGV[1])
        return 1
        """)
}
