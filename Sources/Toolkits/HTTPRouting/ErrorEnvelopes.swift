public import HTTPTypes

/// The forms in which errors are told, chosen by the longest prefix of the path: one port speaks several dialects, and
/// a client must understand 401, 404, 405 and 413 too.
public struct ErrorEnvelopes: Middleware {
    /// Writes one error in a dialect, with the request's id where there is one.
    public typealias Envelope = @Sendable (HTTPError, _ requestID: String?) -> HTTPResponse

    private var byPrefix: [(prefix: String, envelope: Envelope)] = []
    private let fallback: Envelope
    /// Told about errors that are no `HTTPError`; the client gets 500 and no word of them.
    private let report: @Sendable (any Error) -> Void

    public init(
        default envelope: @escaping Envelope = ErrorEnvelopes.plainText,
        report: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        fallback = envelope
        self.report = report
    }

    /// Uses `envelope` for `prefix` itself and for what lies below it.
    public mutating func add(prefix: String, _ envelope: @escaping Envelope) {
        byPrefix.append((prefix, envelope))
        byPrefix.sort { $0.prefix.utf8.count > $1.prefix.utf8.count }
    }

    /// The message as text.
    public static let plainText: Envelope = { error, _ in .text(error.message + "\n", status: error.status) }

    public func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        do {
            return try await next.respond(to: request)
        } catch let error as HTTPError {
            return response(to: error, path: request.path, id: request.attributes[RequestIDs.Key.self])
        } catch let error as BodyTooLargeError {
            return response(
                to: HTTPError(.contentTooLarge, error.description), path: request.path,
                id: request.attributes[RequestIDs.Key.self])
        } catch {
            if Task.isCancelled { throw error }
            report(error)
            let hidden = HTTPError(.internalServerError, "the server failed; its log says more")
            return response(to: hidden, path: request.path, id: request.attributes[RequestIDs.Key.self])
        }
    }

    /// The answer to `error`. Without a path, because the request line could not be read, it is plain text.
    public func response(to error: HTTPError, path: String?) -> HTTPResponse {
        response(to: error, path: path, id: nil)
    }

    private func response(to error: HTTPError, path: String?, id: String?) -> HTTPResponse {
        var response = envelope(for: path)(error, id)
        // What the dialect says about it has the last word.
        let told = response.fields
        for field in error.fields where !told.contains(field.name) { response.fields[field.name] = field.value }
        return response
    }

    private func envelope(for path: String?) -> Envelope {
        guard let path else { return Self.plainText }
        for (prefix, envelope) in byPrefix where path.hasPrefix(prefix) {
            let rest = path.utf8.dropFirst(prefix.utf8.count)
            if rest.isEmpty || rest.first == 0x2f || prefix.hasSuffix("/") { return envelope }
        }
        return fallback
    }
}
