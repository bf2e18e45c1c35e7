import HTTPRouting
import HTTPTypes
import Jobs
import Telemetry

/// Records a span for each request; what it asks for belongs to it. A client's own trace is continued.
struct RequestTraces: Middleware {
    private let tracer: Tracer
    private let clock = SystemClock()
    /// First parts of the paths there are: the rest of a path may be somebody's own words.
    private let known: Set<String>

    init(_ tracer: Tracer, _ patterns: [String]) {
        self.tracer = tracer
        known = Set(patterns.map(Self.start))
    }

    private static func start(_ path: String) -> String {
        "/" + (path.split(separator: "/", maxSplits: 1).first.map(String.init) ?? "")
    }

    func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        let parent = request.fields[.traceparent].flatMap { TraceContext(traceparent: $0) }
        let context = parent?.child() ?? .random()
        let start = clock.now().wall
        let place = Self.start(request.path)
        func record(_ status: HTTPStatus) {
            let route = known.contains(place) ? place : "other"
            tracer.record(
                Span(
                    "\(FrontDoor.known(request.method)) \(route)", .server, context, parent: parent?.span, from: start,
                    to: max(start, clock.now().wall),
                    [
                        "http.request.method": .text(FrontDoor.known(request.method)), "http.route": .text(route),
                        "http.response.status_code": .whole(status.code),
                    ], hasFailed: status.code >= 500))
        }
        return try await TraceScope.$current.withValue(context) {
            do {
                let response = try await next.respond(to: request)
                record(response.status)
                return response
            } catch {
                record((error as? HTTPError)?.status ?? .internalServerError)
                throw error
            }
        }
    }
}

extension HTTPFieldName {
    fileprivate static let traceparent: HTTPFieldName = "traceparent"
}
