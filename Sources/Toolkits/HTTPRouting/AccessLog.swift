public import HTTPTypes
public import IPAddresses

/// Tells a sink about every answered request. Queries are left out: they may hold secrets.
public struct AccessLog: Middleware {
    public struct Entry: Sendable {
        public let id: String?
        public let method: HTTPMethod
        public let path: String
        public let remoteAddress: IPAddress?
        /// The status sent; 499 for a client that left before.
        public let status: HTTPStatus
        /// From the request's head to the response's head.
        public let duration: Duration
        /// Bytes of the response's body, where known beforehand.
        public let length: Int64?
    }

    private let sink: @Sendable (Entry) -> Void

    public init(_ sink: @escaping @Sendable (Entry) -> Void) {
        self.sink = sink
    }

    public func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        let start = ContinuousClock.now
        do {
            let response = try await next.respond(to: request)
            note(request, response.status, start, response.body.length)
            return response
        } catch {
            note(request, (error as? HTTPError)?.status ?? HTTPStatus(Task.isCancelled ? 499 : 500), start, nil)
            throw error
        }
    }

    private func note(
        _ request: HTTPRequest, _ status: HTTPStatus, _ start: ContinuousClock.Instant, _ length: Int64?
    ) {
        sink(
            Entry(
                id: request.attributes[RequestIDs.Key.self], method: request.method, path: request.path,
                remoteAddress: request.remoteAddress, status: status, duration: ContinuousClock.now - start,
                length: length))
    }
}
