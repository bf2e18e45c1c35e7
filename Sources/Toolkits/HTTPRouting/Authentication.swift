public import HTTPTypes

/// What a client shows to prove who it is.
public enum Credential: Sendable, Equatable {
    /// `Authorization: Bearer …` or `Token …`, or `X-API-Key`.
    case key(String)
    /// `Authorization: Basic …`.
    case basic(user: String, password: String)
}

extension HTTPRequest {
    /// The credential of the request; nil without one or with one of an unknown form.
    public var credential: Credential? {
        if let key = fields[HTTPFieldName("X-API-Key")], !key.isEmpty { return .key(key) }
        guard let value = fields[.authorization], let blank = value.utf8.firstIndex(of: 0x20) else { return nil }
        let scheme = value[..<blank]
        let rest = value[value.utf8.index(after: blank)...].trimmingHTTPWhitespace()
        if scheme.isToken("bearer") || scheme.isToken("token") { return rest.isEmpty ? nil : .key(String(rest)) }
        guard scheme.isToken("basic"), let bytes = Base64.decode(rest), let colon = bytes.firstIndex(of: 0x3a) else {
            return nil
        }
        return .basic(
            user: String(decoding: bytes[..<colon], as: UTF8.self),
            password: String(decoding: bytes[(colon + 1)...], as: UTF8.self))
    }
}

/// Lets requests through that a hook knows, and tells handlers who sent them.
public struct Authentication<Key: HTTPRequest.AttributeKey>: Middleware {
    /// Who sent a request; nil refuses it with 401. Throw an `HTTPError` for another answer.
    public typealias Hook = @Sendable (HTTPRequest) async throws -> Key.Value?

    private let challenge: String
    private let hook: Hook

    /// - Parameters:
    ///   - key: the attribute that receives who sent the request.
    ///   - challenge: the value of `WWW-Authenticate` in a 401 (RFC 9110 section 11.6.1).
    public init(_ key: Key.Type, challenge: String = "Bearer", hook: @escaping Hook) {
        self.challenge = challenge
        self.hook = hook
    }

    public func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        guard let principal = try await hook(request) else {
            throw HTTPError(
                .unauthorized, "send a valid key, as Authorization: Bearer", fields: [.wwwAuthenticate: challenge])
        }
        var request = request
        request.attributes[Key.self] = principal
        return try await next.respond(to: request)
    }
}
