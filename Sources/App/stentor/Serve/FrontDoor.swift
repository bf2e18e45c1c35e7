import API
import Accounts
import Bot
import HTTPRouting
import HTTPTypes
import IPAddresses
import Links
import Settings
import Telemetry
import WebUI

/// Routes with everything around them: ids, log, errors, who may come in.
enum FrontDoor {
    static func application(
        _ settings: ServerSettings, api: API, keys: KeyRing, webhook: WebhookGate?, links: Links?,
        page: WebUI, sessions: Sessions,
        log: any EventLog, metrics: Metrics, tracer: Tracer?, audit: AuditFile,
        buckets: (String) -> (any SharedBuckets)?
    ) -> Application {
        let router = router(api, links, page)
        var envelopes = ErrorEnvelopes(default: OwnEnvelope.envelope) { error in
            log.note(LogEvent(.error, "request failed", ["error": .text("\(type(of: error))")]))
        }
        Dialects.addEnvelopes(to: &envelopes)
        var middleware: [any Middleware] = [
            ForwardedHeaders(proxies: settings.trustedProxies.compactMap { IPRange($0) }, trustsUnixSockets: true),
            RequestIDs(), AccessLog { note($0, log, metrics) }, envelopes,
        ]
        if let tracer { middleware.insert(RequestTraces(tracer, router.routes.map(\.pattern)), at: 0) }
        if let webhook { middleware.append(webhook) }
        middleware.append(
            OpenDoor(keys: keys, guarded: OriginGuard(hosts: settings.allowedHosts + publicHost(settings))))
        var crossOrigin = CrossOrigin(origins: Set(settings.corsOrigins + loopbackOrigins(settings.port)))
        crossOrigin.methods.append(.patch)
        crossOrigin.requestFields += API.uploadRequestFields
        crossOrigin.exposedFields += API.uploadResponseFields
        middleware.append(crossOrigin)
        middleware.append(ASRGuests(addresses: settings.asrAllowed.compactMap { IPRange($0) }))
        if let limit = settings.addressLimit {
            middleware.append(
                RateLimit(shared: buckets("addresses")) { request in
                    request.remoteAddress.map { .init(client: "\($0.countingKey)", perMinute: limit) }
                })
        }
        middleware.append(Admission(keys: keys, sessions: sessions, open: Set(router.routes.openPaths)))
        middleware.append(
            RateLimit(shared: buckets("keys")) { request in
                request.attributes[Identity<Principal>.self].flatMap { keys.share(of: $0.owner) }
            })
        middleware.append(AuditTrail(file: audit, log: log))
        return Application(middleware: middleware, envelopes: envelopes, router: router)
    }

    /// Every route there is; the description comes behind those that it describes.
    static func router(_ api: API, _ links: Links?, _ page: WebUI) -> Router {
        var router = Router()
        api.addRoutes(to: &router)
        links?.addRoutes(to: &router)
        page.addRoutes(to: &router)
        DescriptionRoutes(version: Help.version).addRoutes(to: &router)
        page.addOwnRoutes(to: &router)
        return router
    }

    /// A listener for Telegram alone.
    static func webhookApplication(_ webhook: WebhookGate, log: any EventLog, metrics: Metrics) -> Application {
        let envelopes = ErrorEnvelopes(default: OwnEnvelope.envelope) { error in
            log.note(LogEvent(.error, "request failed", ["error": .text("\(type(of: error))")]))
        }
        return Application(
            middleware: [RequestIDs(), AccessLog { note($0, log, metrics) }, envelopes, webhook], envelopes: envelopes,
            router: Router())
    }

    private static func loopbackOrigins(_ port: Int) -> [String] {
        ["http://127.0.0.1:\(port)", "http://localhost:\(port)", "http://[::1]:\(port)"]
    }

    /// The name in the public address is one of the server's own.
    private static func publicHost(_ settings: ServerSettings) -> [String] {
        guard let rest = settings.publicURL?.split(separator: "/", maxSplits: 1).last else { return [] }
        let authority = rest.drop { $0 == "/" }.prefix { $0 != "/" }
        if authority.hasPrefix("[") { return [authority.prefix { $0 != "]" } + "]"] }
        return [String(authority.prefix { $0 != ":" })]
    }

    /// A path without what must not be written down: who has a link may read its file.
    static func withoutLink(_ path: String) -> String {
        let secret = Links.prefixes.filter { $0 != "/watch-assets/" } + [WebUI.sharePrefix]
        guard let prefix = secret.first(where: path.hasPrefix) else { return path }
        return prefix + "…"
    }

    private static func note(_ entry: AccessLog.Entry, _ log: any EventLog, _ metrics: Metrics) {
        let seconds = Double(entry.duration.components.attoseconds) / 1e18 + Double(entry.duration.components.seconds)
        metrics.add(
            to: .init(
                "stentor_requests_total",
                ["method": known(entry.method), "status": String(entry.status.code)]))
        metrics.observe(seconds, in: .init("stentor_request_seconds"))
        log.note(
            LogEvent(
                entry.status.code >= 500 ? .warning : .info, "request",
                [
                    "id": .text(entry.id ?? "-"), "method": .text(entry.method.name),
                    "path": .text(withoutLink(entry.path)),
                    "status": .whole(entry.status.code), "seconds": .number(seconds),
                    "address": .text(entry.remoteAddress?.description ?? "-"),
                ]))
    }

    /// Methods are the client's words; a monitor must not get a series for each it invents.
    static func known(_ method: HTTPMethod) -> String {
        let usual: [HTTPMethod] = [.get, .head, .post, .put, .patch, .delete, .options]
        return usual.contains(method) ? method.name : "other"
    }
}

/// While nobody has to show a key, pages of other sites must not act for the one who sits before the screen.
private struct OpenDoor: Middleware {
    let keys: KeyRing
    let guarded: OriginGuard

    func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        keys.isEmpty ? try await guarded.respond(to: request, next: next) : try await next.respond(to: request)
    }
}

/// Lets in who has a key, and tells handlers who it is. What an operation calls open is for everybody.
private struct Admission: Middleware {
    let keys: KeyRing
    let sessions: Sessions
    /// Paths that need no key.
    let open: Set<String>

    func respond(to request: HTTPRequest, next: any HTTPResponder) async throws -> HTTPResponse {
        var request = request
        if let principal = try keys.principal(of: request) ?? session(of: request) {
            request.attributes[Identity<Principal>.self] = principal
        } else if request.attributes[Identity<Principal>.self] != nil {
            // Known by its address.
        } else if Links.prefixes.contains(where: request.path.hasPrefix) {
            // The link itself is the permission.
        } else if !open.contains(request.path), !WebUI.isOpen(request.path) {
            throw HTTPError(
                .unauthorized, "Send a valid key, as Authorization: Bearer.", fields: [.wwwAuthenticate: "Bearer"])
        }
        return try await next.respond(to: request)
    }

    /// A cookie proves who, but not that our own page asks.
    private func session(of request: HTTPRequest) throws(HTTPError) -> Principal? {
        guard let principal = sessions.principal(of: request) else { return nil }
        guard SessionCookie.comesFromOurPage(request) else {
            throw HTTPError(.forbidden, "Requests from other sites are refused.")
        }
        return principal
    }
}
