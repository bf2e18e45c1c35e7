public import HTTPTypes

/// Cross-origin resource sharing (Fetch standard, "CORS protocol"): lets pages of chosen origins read responses.
public struct CrossOrigin: Middleware {
    /// Origins that may read, as `https://example.org`; `*` alone for all of them, without credentials.
    public var origins: Set<String>
    public var methods: [HTTPMethod] = [.get, .head, .post, .put, .delete]
    /// Request fields a page may send beyond the harmless ones.
    public var requestFields: [HTTPFieldName] = [.authorization, .contentType, HTTPFieldName("X-API-Key"), .range]
    /// Response fields a page may read beyond the harmless ones.
    public var exposedFields: [HTTPFieldName] = [
        .contentRange, .acceptRanges, .eTag, .location, .retryAfter, .xRequestID,
    ]
    /// How long a browser may remember the answer to a preflight.
    public var maximumAge: Duration = .seconds(600)

    public init(origins: Set<String>) {
        self.origins = origins
    }

    public func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        guard let origin = request.fields[.origin] else {
            var response = try await next.respond(to: request)
            addVary(&response.fields)
            return response
        }
        let isPreflight = request.method == .options && request.fields.contains(.accessControlRequestMethod)
        guard let allowed = allowedValue(origin) else {
            if isPreflight { return HTTPResponse(.forbidden, fields: [.vary: "Origin"]) }
            var response = try await next.respond(to: request)
            addVary(&response.fields)
            return response
        }
        var response: HTTPResponse
        if isPreflight {
            response = HTTPResponse(.noContent)
            response.fields[.accessControlAllowMethods] = methods.map(\.name).joined(separator: ", ")
            response.fields[.accessControlAllowHeaders] = requestFields.map(\.name).joined(separator: ", ")
            response.fields[.accessControlMaxAge] = String(maximumAge.components.seconds)
        } else {
            response = try await next.respond(to: request)
            response.fields[.accessControlExposeHeaders] = exposedFields.map(\.name).joined(separator: ", ")
        }
        response.fields[.accessControlAllowOrigin] = allowed
        addVary(&response.fields)
        return response
    }

    private func allowedValue(_ origin: String) -> String? {
        if origins.contains(origin) { return origin }
        return origins.contains("*") ? "*" : nil
    }

    /// Caches must keep answers to different origins apart.
    private func addVary(_ fields: inout HTTPFields) {
        if fields.list(of: .vary).contains(where: { $0.isToken("origin") }) { return }
        fields.append(.vary, "Origin")
    }
}
