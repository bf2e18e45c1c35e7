public import HTTPTypes
public import IPAddresses

/// Believes `X-Forwarded-For`, `-Proto` and `-Host` when the peer is a configured proxy, and nobody else.
public struct ForwardedHeaders: Middleware {
    private let proxies: [IPRange]
    private let trustsUnixSockets: Bool

    /// - Parameters:
    ///   - proxies: addresses of reverse proxies that set these fields themselves.
    ///   - trustsUnixSockets: whether peers without an address, on Unix sockets, are such proxies.
    public init(proxies: [IPRange], trustsUnixSockets: Bool = false) {
        self.proxies = proxies
        self.trustsUnixSockets = trustsUnixSockets
    }

    public func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        let isTrusted = request.remoteAddress.map { isProxy($0) } ?? trustsUnixSockets
        guard isTrusted else { return try await next.respond(to: request) }
        var request = request
        if let client = client(request) { request.remoteAddress = client }
        if let scheme = request.fields.list(of: .xForwardedProto).last {
            if scheme.isToken("https") { request.scheme = "https" }
            if scheme.isToken("http") { request.scheme = "http" }
        }
        if let host = request.fields.list(of: .xForwardedHost).last, Self.isHost(host) {
            request.authority = String(host)
        }
        return try await next.respond(to: request)
    }

    /// The last address in the chain that is no proxy of ours: what stands before it anybody may have written.
    private func client(_ request: HTTPRequest) -> IPAddress? {
        var nearest: IPAddress?
        for text in request.fields.list(of: .xForwardedFor).reversed() {
            guard let address = IPAddress(text) else { return nearest }
            nearest = address
            if !isProxy(address) { return address }
        }
        return nearest
    }

    private func isProxy(_ address: IPAddress) -> Bool {
        proxies.contains { $0.contains(address) }
    }

    private static func isHost(_ text: Substring) -> Bool {
        text.utf8.count <= 255
            && text.utf8.allSatisfy { byte in
                byte.isTokenCharacter || byte == 0x3a || byte == 0x5b || byte == 0x5d
            }
    }
}
