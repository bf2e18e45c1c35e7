internal import EventLoops
internal import Foundation
internal import HTTPTypes

extension FakeProviders {
    /// What is to be said about one request, before and after its work.
    struct Turn {
        let service: Service
        let behaviour: Behaviour
        let fault: ProviderFault

        var cut: Int? { if case .cutUpload(let count) = fault { count } else { nil } }
    }

    /// Counts the request and takes its fault.
    func begin(_ service: Service) -> Turn {
        state.withLock { state in
            state.counters[service]?.requests += 1
            var faults = state.faults[service] ?? []
            let fault = faults.isEmpty ? .none : faults.removeFirst()
            state.faults[service] = faults
            return Turn(service: service, behaviour: state.behaviour[service] ?? Behaviour(), fault: fault)
        }
    }

    func note(_ turn: Turn, _ path: String, _ upload: Upload) {
        let ready = state.withLock { state in
            state.counters[turn.service]?.uploadedBytes += upload.bytes.count
            state.requests.append(
                Request(
                    service: turn.service, path: path, parameters: upload.parameters, fileName: upload.fileName,
                    bytes: upload.bytes.count))
            let ready = state.waiters.filter { $0.count <= state.requests.count }
            state.waiters.removeAll { $0.count <= state.requests.count }
            return ready
        }
        for waiter in ready { waiter.continuation.resume() }
    }

    /// What the fault says in place of the work; `nil` when the work goes on.
    func faulty(_ turn: Turn) async throws -> HTTPResponse? {
        let errors = ErrorBodies(service: turn.service)
        switch turn.fault {
        case .none, .cutUpload, .cutAnswer, .truncatedJSON: return nil
        case .tooManyRequests(let seconds): return errors.tooManyRequests(retryAfter: seconds)
        case .tooManyBytes: return errors.tooManyBytes()
        case .tooManySeconds(let limit): return errors.tooManySeconds(limit: limit, requested: limit + 3000)
        case .status(let code): return errors.status(code)
        case .slow(let seconds):
            try await Task.sleep(for: .seconds(seconds))
            return nil
        case .never:
            // Until the client goes, which cancels this.
            try await Task.sleep(for: .seconds(86_400))
            return nil
        case .wrongJSON: return .json(text: #"{"fruit":["apple",{"pear":null}]}"#)
        case .htmlPage(let code):
            return HTTPResponse(
                HTTPStatus(code), fields: [.contentType: "text/html"],
                body: .text("<html><body><h1>\(code) Bad Gateway</h1></body></html>"))
        }
    }

    /// Takes `seconds` from the service's limits; the answer when they are used up.
    func charge(_ turn: Turn, seconds: Double) -> HTTPResponse? {
        let errors = ErrorBodies(service: turn.service)
        let now = Double(MonotonicTime.now().nanoseconds) / 1e9
        return state.withLock { state in
            var accepted = (state.accepted[turn.service] ?? []).filter { $0.time > now - 3600 }
            let used = accepted.reduce(0) { $0 + $1.seconds }
            if let limit = turn.behaviour.secondsPerHour, used + seconds > limit {
                state.counters[turn.service]?.limitRefusals += 1
                if seconds > limit { return errors.tooManySeconds(limit: Int(limit), requested: Int(seconds)) }
                return errors.audioLimit(limit: Int(limit), used: Int(used), requested: Int(seconds))
            }
            accepted.append((now, seconds))
            state.accepted[turn.service] = accepted
            var counters = state.counters[turn.service] ?? Counters()
            counters.audioSeconds += seconds
            counters.mostSecondsPerHour = max(counters.mostSecondsPerHour, used + seconds)
            state.counters[turn.service] = counters
            return nil
        }
    }

    /// Works for as long as the service takes, within its concurrency.
    func work<Value>(_ turn: Turn, _ body: () async throws -> Value) async throws -> Value? {
        let isAdmitted = state.withLock { state in
            let atWork = state.atWork[turn.service, default: 0]
            if let limit = turn.behaviour.concurrency, atWork >= limit {
                state.counters[turn.service]?.limitRefusals += 1
                return false
            }
            state.atWork[turn.service] = atWork + 1
            var counters = state.counters[turn.service] ?? Counters()
            counters.mostAtOnce = max(counters.mostAtOnce, atWork + 1)
            state.counters[turn.service] = counters
            return true
        }
        guard isAdmitted else { return nil }
        defer { state.withLock { $0.atWork[turn.service, default: 1] -= 1 } }
        return try await body()
    }

    /// The time a real service would take.
    func takeTime(_ turn: Turn, seconds: Double) async throws {
        let work = turn.behaviour.speed.map { seconds / $0 } ?? 0
        let time = turn.behaviour.roundTrip + work
        if time > 0 { try await Task.sleep(for: .seconds(time)) }
    }

    /// The answer as the fault lets it through.
    func deliver(_ text: String, type: String = "application/json", _ turn: Turn, fields: HTTPFields = [:])
        -> HTTPResponse
    {
        let bytes = Array(text.utf8)
        if case .cutAnswer(let count) = turn.fault { return .cut(bytes, after: count, type: type) }
        state.withLock { $0.counters[turn.service]?.answered += 1 }
        let sent = turn.fault == .truncatedJSON ? Array(bytes.prefix(bytes.count / 2)) : bytes
        var all = fields
        all[.contentType] = type
        return HTTPResponse(.ok, fields: all, body: .bytes(sent))
    }
}
