public import EventLoops
internal import Foundation
internal import HTTPRouting
internal import HTTPServer
internal import HTTPTypes
internal import IPAddresses

/// Groq, Deepgram and an OpenAI-compatible service on one loopback port, below `/groq/openai/v1`, `/deepgram` and
/// `/openai/v1`. They check keys and parameters as the real ones do, keep limits, count, and go wrong as told.
public final class FakeProviders: Sendable {
    public enum Service: String, Sendable, Hashable, CaseIterable { case groq, deepgram, openai }

    /// How one service behaves.
    public struct Behaviour: Sendable {
        public var key = "secret-key-0123456789"
        /// Bytes of the largest upload.
        public var byteLimit = 25 * 1024 * 1024
        /// Seconds of audio each hour; a sliding window.
        public var secondsPerHour: Double?
        public var requestsPerDay: Int?
        /// Requests worked on at once; more are answered 429.
        public var concurrency: Int?
        /// Seconds of a round trip, spent before the work.
        public var roundTrip = 0.0
        /// Seconds of audio worked on in a second, for each request; `nil` is at once.
        public var speed: Double?
        public var hearing = Hearing.steady(wordsPerSecond: 2)

        public init() {}
    }

    /// What a service was asked.
    public struct Request: Sendable, Hashable {
        public let service: Service
        public let path: String
        /// Form fields or query parameters, the key's own excluded.
        public let parameters: [String: [String]]
        public let fileName: String
        public let bytes: Int
        /// Seconds of audio, once it was listened to.
        public var seconds = 0.0
    }

    public struct Counters: Sendable, Hashable {
        public var requests = 0
        public var answered = 0
        public var uploadedBytes = 0
        public var audioSeconds = 0.0
        /// Requests worked on at the same time, at most.
        public var mostAtOnce = 0
        /// The most seconds of audio accepted within any hour.
        public var mostSecondsPerHour = 0.0
        /// Requests refused because a limit of the service was passed.
        public var limitRefusals = 0
    }

    struct State {
        var behaviour: [Service: Behaviour] = [:]
        var faults: [Service: [ProviderFault]] = [:]
        var counters: [Service: Counters] = [:]
        var requests: [Request] = []
        var atWork: [Service: Int] = [:]
        var accepted: [Service: [(time: Double, seconds: Double)]] = [:]
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var arrivedBytes = 0
        var byteWaiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    let state = Guarded(State())
    private let loops: EventLoopGroup
    private let running = Guarded<HTTPServer?>(nil)
    private let bound = Guarded<UInt16?>(nil)

    public init(loops: EventLoopGroup) {
        self.loops = loops
        state.withLock { state in
            for service in Service.allCases {
                state.behaviour[service] = Behaviour()
                state.counters[service] = Counters()
            }
        }
    }

    /// Listens; returns the port.
    public func start(port: UInt16 = 0) async throws -> UInt16 {
        var configuration = HTTPServerConfiguration(addresses: [.tcp(IPAddress(v4: 0x7f00_0001), port: port)])
        configuration.limits.connectionsPerAddress = .max
        configuration.deadlines.bodyRate = 0
        let server = try HTTPServer(configuration, on: loops, responder: application())
        running.withLock { $0 = server }
        guard case .tcp(_, let bound) = try await server.start().first else { return 0 }
        self.bound.withLock { $0 = bound }
        return bound
    }

    /// Where it listens, once it does.
    public var port: UInt16? { bound.withLock { $0 } }

    /// Cuts what is under way.
    public func stop() async {
        await running.withLock { $0 }?.drain(deadline: .zero)
    }

    // MARK: - Scripts and counters

    public func change(_ service: Service, _ change: (inout Behaviour) -> Void) {
        state.withLock { state in
            var behaviour = state.behaviour[service] ?? Behaviour()
            change(&behaviour)
            state.behaviour[service] = behaviour
        }
    }

    /// The next requests of a service take these faults in order; after them all is well.
    public func script(_ service: Service, _ faults: [ProviderFault]) {
        state.withLock { $0.faults[service] = faults }
    }

    public func counters(_ service: Service) -> Counters {
        state.withLock { $0.counters[service] ?? Counters() }
    }

    public var requests: [Request] { state.withLock { $0.requests } }

    /// Waits until so many requests have been read in full.
    public func waitForRequests(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.requests.count >= count { return true }
                state.waiters.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    /// Waits until so many bytes of files have arrived, whole or not.
    public func waitForBytes(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.arrivedBytes >= count { return true }
                state.byteWaiters.append((count, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func arrived(_ count: Int) {
        let ready = state.withLock { state in
            state.arrivedBytes += count
            let ready = state.byteWaiters.filter { $0.count <= state.arrivedBytes }
            state.byteWaiters.removeAll { $0.count <= state.arrivedBytes }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    // MARK: - Routes

    private func application() -> any HTTPResponder {
        var router = Router()
        for (prefix, service) in [("/groq/openai/v1", Service.groq), ("/openai/v1", .openai)] {
            for task in ["transcriptions", "translations"] {
                router.post("\(prefix)/audio/\(task)") { request, _ in
                    try await self.whisper(request, service, translates: task == "translations")
                }
            }
            router.get("\(prefix)/models") { _, _ in WhisperAnswers.models(service) }
        }
        router.post("/deepgram/v1/listen") { request, _ in try await self.listen(request) }
        router.get("/control/counters") { _, _ in try self.report() }
        router.post("/control/{service}/{what}") { request, parameters in
            try await self.control(request, parameters)
        }
        return router
    }
}
