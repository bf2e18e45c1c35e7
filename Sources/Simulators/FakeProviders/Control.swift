internal import EventLoops
internal import Foundation
internal import HTTPRouting
internal import HTTPTypes

/// Scripts and counters over HTTP, for programs in other languages.
extension FakeProviders {
    private struct Report: Encodable {
        var requests: Int
        var answered: Int
        var uploadedBytes: Int
        var audioSeconds: Double
        var mostAtOnce: Int
        var limitRefusals: Int
        var parameters: [[String: [String]]]
        var fileNames: [String]
    }

    func report() throws -> HTTPResponse {
        let all = state.withLock { state in
            Dictionary(
                uniqueKeysWithValues: Service.allCases.map { service in
                    let counters = state.counters[service] ?? Counters()
                    let requests = state.requests.filter { $0.service == service }
                    return (
                        service.rawValue,
                        Report(
                            requests: counters.requests, answered: counters.answered,
                            uploadedBytes: counters.uploadedBytes, audioSeconds: counters.audioSeconds,
                            mostAtOnce: counters.mostAtOnce, limitRefusals: counters.limitRefusals,
                            parameters: requests.map(\.parameters), fileNames: requests.map(\.fileName))
                    )
                })
        }
        return try .json(all)
    }

    /// `POST /control/groq/faults` with one fault a line; `POST /control/groq/behaviour` with `name=value` in the query.
    func control(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        guard let service = Service(rawValue: parameters["service"]) else {
            throw HTTPError(.notFound, "there is no such service")
        }
        switch parameters["what"] {
        case "faults":
            let lines = String(decoding: try await request.body.collect(upTo: 1 << 16), as: UTF8.self)
            let faults = lines.split(separator: "\n").map { ProviderFault(String($0)) }
            guard !faults.contains(nil) else { throw HTTPError(.badRequest, "a fault is not known") }
            script(service, faults.compactMap(\.self))
        case "behaviour":
            let items = request.queryItems
            change(service) { behaviour in
                if let value = items["byteLimit"].flatMap(Int.init) { behaviour.byteLimit = value }
                if let value = items["secondsPerHour"].flatMap(Double.init) { behaviour.secondsPerHour = value }
                if let value = items["concurrency"].flatMap(Int.init) { behaviour.concurrency = value }
                if let value = items["roundTrip"].flatMap(Double.init) { behaviour.roundTrip = value }
                if let value = items["speed"].flatMap(Double.init) { behaviour.speed = value > 0 ? value : nil }
                if let value = items["hearing"] {
                    behaviour.hearing = value == "tones" ? .tones : .steady(wordsPerSecond: 2)
                }
            }
        case "reset":
            state.withLock { state in
                state.counters[service] = Counters()
                state.accepted[service] = []
                state.requests.removeAll { $0.service == service }
            }
        default: throw HTTPError(.notFound, "faults, behaviour or reset")
        }
        return HTTPResponse(.noContent)
    }
}
