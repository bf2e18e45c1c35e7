public import HTTPTypes

/// Protects a server without keys from the pages its user visits: other sites can make a browser send requests to
/// it, and can rebind their names to its address.
///
/// The Host must be the server's own, and a request that changes something, or opens a WebSocket, must not come from
/// another site.
public struct OriginGuard: Middleware {
    private let hosts: Set<String>

    /// - Parameter hosts: names, without ports, by which the server may be called besides `localhost` and the
    ///   loopback addresses.
    public init(hosts: [String] = []) {
        self.hosts = Set(hosts.map { $0.lowercased() } + ["localhost", "127.0.0.1", "[::1]"])
    }

    public func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        guard hosts.contains(Self.host(request.authority)) else {
            throw HTTPError(.misdirectedRequest, "this server does not answer to that Host; name it in its settings")
        }
        let opensSocket = request.fields.list(of: .upgrade).contains { $0.isToken("websocket") }
        if !request.method.isSafe || opensSocket { try check(request) }
        return try await next.respond(to: request)
    }

    private func check(_ request: HTTPRequest) throws(HTTPError) {
        let foreign = HTTPError(.forbidden, "requests from other sites are refused")
        if let site = request.fields[.secFetchSite], site.isToken("cross-site") { throw foreign }
        guard let origin = request.fields[.origin] else { return }
        // "null" is what sandboxed pages send: nobody in particular.
        guard let start = origin.range(of: "://") else { throw foreign }
        let authority = origin[start.upperBound...]
        guard authority.lowercased() == request.authority.lowercased() || hosts.contains(Self.host(authority)) else {
            throw foreign
        }
    }

    /// Without the port, in lower case.
    static func host(_ authority: some StringProtocol) -> String {
        let text = authority.lowercased()
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") { return String(text[...end]) }
        return String(text.prefix { $0 != ":" })
    }
}

extension String {
    /// Where `text` first occurs.
    fileprivate func range(of text: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text), let end = index(start, offsetBy: text.count, limitedBy: endIndex) {
                return start..<end
            }
            start = index(after: start)
        }
        return nil
    }
}
