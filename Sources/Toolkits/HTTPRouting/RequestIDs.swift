public import HTTPTypes

/// Gives every request a name that its response and the log carry.
public struct RequestIDs: Middleware {
    /// The key of the name among a request's attributes.
    public enum Key: HTTPRequest.AttributeKey {
        public typealias Value = String
    }

    private let make: @Sendable () -> String

    /// - Parameter make: makes a new name; the default takes 128 random bits.
    public init(make: @escaping @Sendable () -> String = RequestIDs.random) {
        self.make = make
    }

    public static let random: @Sendable () -> String = {
        String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    public func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        var request = request
        let id = request.fields[.xRequestID].flatMap { Self.isUsable($0) ? $0 : nil } ?? make()
        request.attributes[Key.self] = id
        var response = try await next.respond(to: request)
        response.fields[.xRequestID] = id
        return response
    }

    /// A client's own name is kept where it cannot disturb a log.
    private static func isUsable(_ id: String) -> Bool {
        (1...64).contains(id.utf8.count) && id.utf8.allSatisfy(\.isTokenCharacter)
    }
}
