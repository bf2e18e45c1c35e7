import Accounts
import FoundationEssentials
import HTTPRouting
public import HTTPTypes

/// Signing in and out, and what the page has to know first.
struct SessionHandlers: Sendable {
    let ports: WebUI.Ports
    let about: WebUI.About

    private struct StateBody: Encodable {
        let version: String
        let needs_key: Bool
        let is_signed_in: Bool
        let is_admin: Bool
        /// Signing out means something.
        let has_session: Bool
        let largest_file: Int64
        let media_kept_seconds: Double
        /// Uploads can go on after a cut (`/uploads`, tus 1.0.0).
        let has_uploads: Bool
        let engines: [String]
        let models: [Model]

        struct Model: Encodable {
            let name: String
            let languages: [String]
        }
    }

    /// `GET /ui/state`.
    func state(_ request: HTTPRequest) async throws -> HTTPResponse {
        let visitor = request.attributes[Identity<Principal>.self]
        let installed =
            visitor == nil ? [] : ((try? await ports.models.models()) ?? []).filter { $0.state == "installed" }
        var response = try HTTPResponse.json(
            StateBody(
                version: visitor == nil ? "" : about.version, needs_key: ports.sessions.needsKey,
                is_signed_in: visitor != nil, is_admin: visitor?.isAdmin ?? false,
                has_session: SessionCookie.value(of: request) != nil, largest_file: about.largestFile,
                media_kept_seconds: about.mediaKept, has_uploads: about.hasUploads,
                engines: visitor == nil ? [] : about.engines,
                models: installed.map { .init(name: $0.name, languages: $0.languages) }))
        response.fields[.cacheControl] = "no-store"
        return response
    }

    private struct KeyBody: Decodable { let key: String }

    /// `POST /ui/session`: a key becomes a session.
    func open(_ request: HTTPRequest) async throws -> HTTPResponse {
        let body = try await request.json(as: KeyBody.self, limit: 4096)
        guard let proof = try await ports.sessions.open(key: body.key) else {
            // Whoever guesses waits; who mistyped hardly notices.
            try await Task.sleep(for: .milliseconds(400))
            throw PageError.http(.unauthorized, "unknown_key", "This key is not known here.")
        }
        var response = HTTPResponse(.noContent)
        response.fields[SessionCookie.setField] = SessionCookie.text(
            proof, seconds: ports.sessions.lifetime, isSecure: request.scheme == "https")
        response.fields[.cacheControl] = "no-store"
        return response
    }

    /// `DELETE /ui/session`.
    func close(_ request: HTTPRequest) -> HTTPResponse {
        var response = HTTPResponse(.noContent)
        response.fields[SessionCookie.setField] = SessionCookie.text(
            "", seconds: 0, isSecure: request.scheme == "https")
        return response
    }
}

/// The cookie of a session (RFC 6265).
public enum SessionCookie {
    static let setField = HTTPFieldName("Set-Cookie")
    private static let name = "stentor_session"

    /// What a request shows.
    public static func value(of request: HTTPRequest) -> String? {
        for pair in request.fields.values(of: .cookie).joined(separator: ";").split(separator: ";") {
            let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == name { return String(parts[1]) }
        }
        return nil
    }

    static func text(_ value: String, seconds: Int, isSecure: Bool) -> String {
        "\(name)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
    }

    /// A cookie goes along with whatever a page asks for: what changes something must come from our own.
    public static func comesFromOurPage(_ request: HTTPRequest) -> Bool {
        let opensSocket = request.fields.list(of: .upgrade).contains { $0.isToken("websocket") }
        if request.method.isSafe, !opensSocket { return true }
        if let site = request.fields[.secFetchSite] { return site.isToken("same-origin") }
        guard let origin = request.fields[.origin] else { return false }
        let parts = origin.split(separator: "/", omittingEmptySubsequences: true)
        return parts.count == 2 && parts[1].lowercased() == request.authority.lowercased()
    }
}
