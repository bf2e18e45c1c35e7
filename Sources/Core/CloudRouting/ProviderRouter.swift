public import Transcription

/// Time and chance for the router; tests bring their own.
public struct RouterClock: Sendable {
    /// Seconds since 1970.
    public var now: @Sendable () -> Double
    /// Waits for so many seconds; throws when cancelled.
    public var sleep: @Sendable (Double) async throws -> Void
    /// 0 ..< 1.
    public var random: @Sendable () -> Double

    public init(
        now: @escaping @Sendable () -> Double, sleep: @escaping @Sendable (Double) async throws -> Void,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.now = now
        self.sleep = sleep
        self.random = random
    }
}

/// What one request to a provider used; recorded for the job and its user.
public struct ProviderUsage: Sendable, Hashable {
    public var owner: String?
    public var engine: String
    public var model: String
    public var seconds: Double
    public var billedSeconds: Double
    /// US dollars by the list price.
    public var cost: Double
}

/// Sends parts to providers in order of preference: within their limits, again after what passes, to the next one after
/// what does not. One router serves all jobs; `RouteBook` decides, this actor acts.
public actor ProviderRouter {
    /// Tries of one part at one provider.
    static let mostTries = 3
    /// Times a provider may say that its limits are used up before one part gives up on it.
    static let mostRefusals = 20
    /// The first pause after a failure, in seconds; it doubles.
    static let firstPause = 0.5
    /// Parts are not split below this, in seconds.
    static let shortestPart = 5.0

    private let routes: [Route]
    private let clock: RouterClock
    private var book: RouteBook
    private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    private var nextWaiter = 0

    /// - Parameters:
    ///   - routes: in order of preference; not empty.
    ///   - ledgers: what earlier processes used, by `ledgerName`.
    public init(_ routes: [Route], ledgers: [String: RateLedger] = [:], clock: RouterClock) {
        precondition(!routes.isEmpty, "a router needs a route")
        self.routes = routes
        self.clock = clock
        book = RouteBook(
            routes.map { route in
                let earlier = ledgers[route.capabilities.ledgerName]
                return RouteBook.Entry(
                    capabilities: route.capabilities,
                    ledger: earlier?.carriedOver(route.limits) ?? RateLedger(route.limits))
            })
    }

    /// The longest time for one answer to `seconds` of audio: a provider that accepts and never answers is left then.
    public static func answerTime(_ seconds: Double) -> Double { 60 + seconds / 10 }

    /// The ledgers by `ledgerName`, to be kept.
    public var ledgers: [String: RateLedger] {
        Dictionary(zip(routes.map(\.capabilities.ledgerName), book.ledgers)) { first, _ in first }
    }

    /// Takes in what others used of the same limits meanwhile, by `ledgerName`.
    public func join(_ ledgers: [String: RateLedger]) { book.join(ledgers) }

    /// A recogniser for one job.
    /// - Parameters:
    ///   - detector: finds the silences at which parts are split further.
    ///   - owner: whose job it is, for the record.
    ///   - seconds: total time for the job from now.
    ///   - record: told about every part that was paid for.
    public nonisolated func job(
        detector: any SpeechDetector, owner: String? = nil, within seconds: Double = 6 * 3600,
        record: @escaping @Sendable (ProviderUsage) -> Void = { _ in }
    ) -> RoutedRecognizer {
        RoutedRecognizer(
            router: self, routes: routes, detector: detector, owner: owner, deadline: clock.now() + seconds,
            clock: clock, record: record)
    }

    // MARK: - The book

    func choose(
        seconds: Double, language: String?, excluded: [Int: ProviderError], deadline: Double
    ) -> RouteBook.Choice {
        book.choose(
            seconds: seconds, language: language, excluded: excluded, now: clock.now(), deadline: deadline)
    }

    func succeeded(_ route: Int, _ reservation: Int, _ rate: RateObservation) {
        book.succeeded(route, reservation, rate, now: clock.now())
        wakeAll()
    }

    func failed(_ route: Int, _ reservation: Int, _ error: ProviderError) {
        book.failed(route, reservation, error, now: clock.now())
        wakeAll()
    }

    func abandoned(_ route: Int, _ reservation: Int) {
        book.abandoned(route, reservation, now: clock.now())
        wakeAll()
    }

    // MARK: - Waiting

    /// Waits until `time`, or until a request has ended and there may be room.
    func wait(until time: Double) async throws {
        nextWaiter += 1
        let id = nextWaiter
        let pause = max(0.01, time - clock.now())
        let clock = clock
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.news(id) }
            group.addTask { try await clock.sleep(pause) }
            defer { group.cancelAll() }
            try await group.next()
        }
        try Task.checkCancellation()
    }

    private func news(_ id: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { continuation.resume() } else { waiting[id] = continuation }
            }
        } onCancel: {
            // Awaited by nobody: it only wakes the waiter, which is on its way out.
            Task { await self.wake(id) }
        }
    }

    private func wake(_ id: Int) {
        waiting.removeValue(forKey: id)?.resume()
    }

    private func wakeAll() {
        let all = waiting.values
        waiting = [:]
        for continuation in all { continuation.resume() }
    }
}

extension RecognizerCapabilities {
    /// Services count what is used by model.
    public var ledgerName: String { "\(engine)/\(model)" }
}
