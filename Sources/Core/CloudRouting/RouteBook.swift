import Transcription

/// Decides where the next part goes: who comes first in the list, knows the language, is well, and has quota left.
struct RouteBook: Sendable {
    struct Entry: Sendable {
        let capabilities: RecognizerCapabilities
        var ledger: RateLedger
        var breaker = CircuitBreaker()
        /// Why nothing goes there any more.
        var fault: ProviderError?
    }

    enum Choice: Equatable {
        case send(route: Int, reservation: Int)
        /// Nothing can be sent before this time, or before a request under way has ended.
        case wait(until: Double)
        /// Only shorter parts can go to this route, at most of so many seconds.
        case split(seconds: Double)
        case refuse(EngineError)
    }

    /// Seconds worth waiting for a better route while a worse one is free.
    static let patience = 15.0
    /// Waiting for a request under way is looked at again after so long.
    static let busyPause = 5.0

    private(set) var entries: [Entry]

    init(_ entries: [Entry]) {
        self.entries = entries
    }

    /// - Parameters:
    ///   - excluded: routes that failed this part already.
    ///   - deadline: nothing is waited for beyond it.
    mutating func choose(
        seconds: Double, language: String?, excluded: [Int: ProviderError], now: Double, deadline: Double
    ) -> Choice {
        guard now < deadline else {
            return .refuse(EngineError(.failed, "The time allowed for this transcription is over."))
        }
        var earliest: (time: Double, fault: ProviderError)?
        var split: Double?
        for index in entries.indices {
            if excluded[index] != nil || entries[index].fault != nil { continue }
            if let language, !entries[index].knows(language) { continue }
            let provider = entries[index].capabilities.engine
            if let time = entries[index].breaker.nextTry(now: now) {
                note(time, ProviderError(provider, .connection), &earliest)
                continue
            }
            switch entries[index].ledger.reserve(seconds: entries[index].counted(seconds), now: now) {
            case .granted(let reservation):
                // Somebody ahead in the list will have room soon enough.
                if let earliest, earliest.time - now <= Self.patience, earliest.fault.kind != .connection {
                    entries[index].ledger.settle(reservation, wasCounted: false)
                    return .wait(until: earliest.time)
                }
                guard entries[index].breaker.admit(now: now) else {
                    entries[index].ledger.settle(reservation, wasCounted: false)
                    continue
                }
                return .send(route: index, reservation: reservation)
            // Whoever waits here for a moment keeps to one provider.
            case .busy: return .wait(until: min(now + Self.busyPause, deadline))
            case .later(let time, let window):
                note(time, ProviderError(provider, .rateLimited(window), retryAfter: time - now), &earliest)
            case .never(let limit):
                split = split ?? limit
            }
        }
        if let split { return .split(seconds: split) }
        if let earliest {
            if earliest.time <= deadline { return .wait(until: earliest.time) }
            return .refuse(Self.refusal(earliest.fault, comesBackIn: earliest.time - now))
        }
        return .refuse(nobody(language, excluded))
    }

    private func note(
        _ time: Double, _ fault: ProviderError, _ earliest: inout (time: Double, fault: ProviderError)?
    ) {
        if time < earliest?.time ?? .infinity { earliest = (time, fault) }
    }

    mutating func succeeded(_ route: Int, _ reservation: Int, _ rate: RateObservation, now: Double) {
        entries[route].ledger.settle(reservation, wasCounted: true)
        entries[route].ledger.observe(rate, now: now)
        entries[route].breaker.succeeded()
    }

    /// A request that was given up by its owner; the provider may have counted it.
    mutating func abandoned(_ route: Int, _ reservation: Int, now: Double) {
        entries[route].ledger.settle(reservation, wasCounted: true)
        entries[route].breaker.abandoned(now: now)
    }

    mutating func failed(_ route: Int, _ reservation: Int, _ error: ProviderError, now: Double) {
        entries[route].ledger.settle(reservation, wasCounted: error.mayHaveCounted)
        if error.isOutage {
            entries[route].breaker.failed(now: now)
        } else {
            entries[route].breaker.succeeded()
        }
        switch error.kind {
        case .rateLimited(let window):
            entries[route].ledger.refused(window, retryAfter: error.retryAfter, limit: error.limit, now: now)
        case .tooManySeconds(let limit):
            if let limit {
                entries[route].ledger.refused(.audioSecondsPerHour, retryAfter: 0, limit: limit, now: now)
            }
        default: break
        }
        if error.remedy == .disable { entries[route].fault = error }
    }

    // MARK: - Why nobody

    private func nobody(_ language: String?, _ excluded: [Int: ProviderError]) -> EngineError {
        if let language, !entries.contains(where: { $0.knows(language) }) {
            let names = entries.map { ProviderNames.display($0.capabilities.engine) }.joined(separator: ", ")
            return EngineError(.unknownLanguage, "The language “\(language)” is not known to \(names).")
        }
        let faults = entries.indices.compactMap { entries[$0].fault ?? excluded[$0] }
        let text = faults.map(\.description).joined(separator: " ")
        // Only what concerns every part ends the whole file.
        let isLasting = entries.indices.allSatisfy { entries[$0].fault != nil }
        return EngineError(isLasting ? .unusable : .failed, text.isEmpty ? "No provider is left to ask." : text)
    }

    private static func refusal(_ fault: ProviderError, comesBackIn seconds: Double) -> EngineError {
        EngineError(.failed, "\(fault) It works again in \(duration(seconds)).")
    }

    static func duration(_ seconds: Double) -> String {
        let minutes = Int((max(seconds, 0) / 60).rounded(.up))
        if seconds < 60 { return "\(Int(max(seconds, 0).rounded(.up))) s" }
        return minutes < 60 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
    }

    /// Takes in what other processes used of the same limits.
    mutating func join(_ ledgers: [String: RateLedger]) {
        for index in entries.indices {
            guard let other = ledgers[entries[index].capabilities.ledgerName] else { continue }
            entries[index].ledger = entries[index].ledger.joined(with: other)
        }
    }

    /// The ledgers, to be kept for the next process.
    var ledgers: [RateLedger] { entries.map(\.ledger) }
}

extension RouteBook.Entry {
    func knows(_ language: String) -> Bool {
        capabilities.languages.isEmpty || capabilities.languages.contains(language)
    }

    /// What coding adds to a part at most: the codec's delay and its last packet, in seconds.
    static let codingMargin = 0.1

    /// A request counts as much as it is billed, and what the provider may hear more than was sent.
    func counted(_ seconds: Double) -> Double {
        (capabilities.price?.billed(seconds) ?? seconds) + (capabilities.input == .pcm ? 0 : Self.codingMargin)
    }
}
