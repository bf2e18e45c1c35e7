import EventLoops
import HTTPTypes
import IPAddresses

/// What one link and one address may use; 0 is no limit.
public struct StreamLimits: Sendable, Hashable {
    public var responsesPerLink: Int
    public var responsesPerAddress: Int
    /// Bytes per second.
    public var rateOfLink: Int
    public var rateOfAddress: Int

    public init(
        responsesPerLink: Int = 200, responsesPerAddress: Int = 100, rateOfLink: Int = 0, rateOfAddress: Int = 0
    ) {
        self.responsesPerLink = responsesPerLink
        self.responsesPerAddress = responsesPerAddress
        self.rateOfLink = rateOfLink
        self.rateOfAddress = rateOfAddress
    }
}

/// Counts responses, and slows down those who take too much.
final class Gate: Sendable {
    /// Something that is counted: a link or an address.
    private struct Account {
        var responses = 0
        /// When all that was granted so far would have been sent at the rate allowed.
        var paidUntil = MonotonicTime(nanoseconds: 0)
    }

    /// Seconds of its rate that a client may take at once.
    private static let burst = 2.0

    private let limits: StreamLimits
    private let accounts = Guarded<[String: Account]>([:])

    init(_ limits: StreamLimits) { self.limits = limits }

    /// Responses being sent.
    var open: Int {
        accounts.withLock { all in all.reduce(0) { $0 + ($1.key.hasPrefix("l") ? $1.value.responses : 0) } }
    }

    /// Lets one response begin.
    /// - Throws: 429.
    func enter(link: String, address: IPAddress?) throws(HTTPError) -> Passage {
        let keys = ["l" + link] + (address.map { ["a\($0)"] } ?? [])
        let isFull = accounts.withLock { all in
            let most = [limits.responsesPerLink, limits.responsesPerAddress]
            for (key, limit) in zip(keys, most) where limit > 0 && (all[key]?.responses ?? 0) >= limit { return true }
            for key in keys { all[key, default: Account()].responses += 1 }
            return false
        }
        if isFull {
            throw HTTPError(
                .tooManyRequests, "Too many connections read this at once; close some and try again.",
                fields: [.retryAfter: "5"])
        }
        return Passage(gate: self, keys: keys)
    }

    /// Nanoseconds to wait before so many bytes may go.
    fileprivate func delay(_ keys: [String], _ bytes: Int) -> Duration {
        let rates = [limits.rateOfLink, limits.rateOfAddress]
        guard rates.contains(where: { $0 > 0 }) else { return .zero }
        let now = MonotonicTime.now()
        return accounts.withLock { all in
            var longest = Duration.zero
            for (key, rate) in zip(keys, rates) where rate > 0 {
                guard var account = all[key] else { continue }
                account.paidUntil =
                    max(account.paidUntil, now) + .nanoseconds(Int64(Double(bytes) / Double(rate) * 1e9))
                all[key] = account
                longest = max(longest, account.paidUntil - now - .seconds(Self.burst))
            }
            return longest
        }
    }

    fileprivate func leave(_ keys: [String]) {
        accounts.withLock { all in
            for key in keys {
                all[key]?.responses -= 1
                if all[key]?.responses ?? 0 <= 0 { all[key] = nil }
            }
        }
    }
}

/// One response's place; given back when it is let go.
final class Passage: Sendable {
    private let gate: Gate
    private let keys: [String]

    fileprivate init(gate: Gate, keys: [String]) {
        self.gate = gate
        self.keys = keys
    }

    deinit { gate.leave(keys) }

    /// Returns when so many bytes may go.
    func pass(_ bytes: Int) async throws {
        let delay = gate.delay(keys, bytes)
        if delay > .zero { try await Task.sleep(for: delay) }
    }
}
