/// What a handler answers.
public struct HTTPResponse: Sendable {
    public var status: HTTPStatus
    /// Without `Content-Length`, `Transfer-Encoding`, `Connection` and `Date`: those are the server's.
    public var fields: HTTPFields
    public var body: OutgoingBody
    /// Set to turn the connection into a WebSocket; the status is then 101.
    public var upgrade: WebSocketUpgrade?

    public init(_ status: HTTPStatus, fields: HTTPFields = [:], body: OutgoingBody = .empty) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// A response in plain text (UTF-8).
    public static func text(_ text: String, status: HTTPStatus = .ok) -> HTTPResponse {
        HTTPResponse(status, fields: [.contentType: "text/plain; charset=utf-8"], body: .text(text))
    }
}

/// Answers requests: a handler, a router, or middleware around one.
public protocol HTTPResponder: Sendable {
    /// Runs on the connection's event loop: what takes long or blocks goes elsewhere. The task is cancelled when the
    /// client goes.
    func respond(to request: HTTPRequest) async throws -> HTTPResponse

    /// The answer to a request that never became one: a malformed head, a missed deadline.
    ///
    /// - Parameter path: where the request line could be read, its path.
    func response(to error: HTTPError, path: String?) -> HTTPResponse
}

extension HTTPResponder {
    public func response(to error: HTTPError, path: String?) -> HTTPResponse {
        var response = HTTPResponse.text(error.message + "\n", status: error.status)
        for field in error.fields { response.fields.append(field.name, field.value) }
        return response
    }
}

/// A failure with the status that tells the client about it.
public struct HTTPError: Error, Equatable, CustomStringConvertible {
    public let status: HTTPStatus
    /// A sentence for the client: what happened, and what to do.
    public let message: String
    /// Fields the response carries besides, such as `Allow` or `Retry-After`.
    public let fields: HTTPFields

    public init(_ status: HTTPStatus, _ message: String, fields: HTTPFields = [:]) {
        self.status = status
        self.message = message
        self.fields = fields
    }

    public var description: String { "\(status.code): \(message)" }
}
