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

        /// There is nothing to remember.
        func isSettled(_ now: MonotonicTime) -> Bool { responses <= 0 && paidUntil <= now }
    }

    private struct Book {
        var accounts: [String: Account] = [:]
        /// Debts outlive their connections, or a new one would begin anew; they are cleared away at this count.
        var sweepAt = 1024

        mutating func sweep() {
            let now = MonotonicTime.now()
            accounts = accounts.filter { !$0.value.isSettled(now) }
            sweepAt = max(1024, 2 * accounts.count)
        }
    }

    /// Seconds of its rate that a client may take at once.
    private static let burst = 2.0

    private let limits: StreamLimits
    private let book = Guarded(Book())

    init(_ limits: StreamLimits) { self.limits = limits }

    /// Responses being sent.
    var open: Int {
        book.withLock { book in
            book.accounts.reduce(0) { $0 + ($1.key.hasPrefix("l") ? $1.value.responses : 0) }
        }
    }

    /// Lets one response begin.
    /// - Throws: 429.
    func enter(link: String, address: IPAddress?) throws(HTTPError) -> Passage {
        let keys = ["l" + link] + (address.map { ["a" + Self.host($0)] } ?? [])
        let isFull = book.withLock { book in
            let most = [limits.responsesPerLink, limits.responsesPerAddress]
            for (key, limit) in zip(keys, most)
            where limit > 0 && (book.accounts[key]?.responses ?? 0) >= limit { return true }
            if book.accounts.count >= book.sweepAt { book.sweep() }
            for key in keys { book.accounts[key, default: Account()].responses += 1 }
            return false
        }
        if isFull {
            throw HTTPError(
                .tooManyRequests, "Too many connections read this at once; close some and try again.",
                fields: [.retryAfter: "5"])
        }
        return Passage(gate: self, keys: keys)
    }

    /// One host has a whole /64 of IPv6 addresses to call from.
    private static func host(_ address: IPAddress) -> String {
        "\(address.v4 == nil ? IPAddress(high: address.high, low: 0) : address)"
    }

    /// The time to wait before so many bytes may go.
    fileprivate func delay(_ keys: [String], _ bytes: Int) -> Duration {
        let rates = [limits.rateOfLink, limits.rateOfAddress]
        guard rates.contains(where: { $0 > 0 }) else { return .zero }
        let now = MonotonicTime.now()
        return book.withLock { book in
            var longest = Duration.zero
            for (key, rate) in zip(keys, rates) where rate > 0 {
                guard var account = book.accounts[key] else { continue }
                account.paidUntil =
                    max(account.paidUntil, now) + .nanoseconds(Int64(Double(bytes) / Double(rate) * 1e9))
                book.accounts[key] = account
                longest = max(longest, account.paidUntil - now - .seconds(Self.burst))
            }
            return longest
        }
    }

    fileprivate func leave(_ keys: [String]) {
        let now = MonotonicTime.now()
        book.withLock { book in
            for key in keys {
                book.accounts[key]?.responses -= 1
                if book.accounts[key]?.isSettled(now) == true { book.accounts[key] = nil }
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
