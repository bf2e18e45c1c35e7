public import HTTPTypes

/// Something around a handler: looks at requests on their way in and at responses on their way out.
public protocol Middleware: Sendable {
    /// Answers `request`, usually by asking `next`.
    func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse
}

/// A router with middleware around it, and the form of its errors: what a server is given.
public struct Application: HTTPResponder {
    private let middleware: [any Middleware]
    private let envelopes: ErrorEnvelopes
    private let last: any HTTPResponder

    /// - Parameter middleware: from the outside in. Put `RequestIDs` and `AccessLog` first, then `envelopes`, so that
    ///   what they see is the final answer, then everything that may refuse.
    public init(middleware: [any Middleware] = [], envelopes: ErrorEnvelopes = .init(), router: any HTTPResponder) {
        self.middleware = middleware
        self.envelopes = envelopes
        last = router
    }

    public func respond(to request: HTTPRequest) async throws -> HTTPResponse {
        try await Step(application: self, index: 0).respond(to: request)
    }

    public func response(to error: HTTPError, path: String?) -> HTTPResponse {
        envelopes.response(to: error, path: path)
    }

    private struct Step: HTTPResponder {
        let application: Application
        let index: Int

        func respond(to request: HTTPRequest) async throws -> HTTPResponse {
            guard index < application.middleware.count else { return try await application.last.respond(to: request) }
            return try await application.middleware[index].respond(
                to: request, next: Step(application: application, index: index + 1))
        }
    }
}
