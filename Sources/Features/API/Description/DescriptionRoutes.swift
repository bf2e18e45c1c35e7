public import HTTPRouting
import HTTPTypes

/// The interface described by itself: for programs at `/api/openapi.json`, for people at `/api/docs` and `/api/redoc`.
public struct DescriptionRoutes: Sendable {
    private static let family = "Description"

    private let version: String

    public init(version: String) { self.version = version }

    /// Adds them last: what is added later is not described. A route that says nothing of itself stops the program,
    /// as two handlers for one route do.
    public func addRoutes(to router: inout Router) {
        let silent = router.routes.filter { $0.operation == nil }.map { "\($0.method) \($0.pattern)" }
        precondition(silent.isEmpty, "routes without a description: \(silent.joined(separator: ", "))")
        let own = [
            Route(.get, "/api/openapi.json", Self.operation("This interface in OpenAPI 3.1.", "application/json")),
            Route(.get, "/api/docs", Self.operation("This interface, to read and to try.", "text/html")),
            Route(.get, "/api/redoc", Self.operation("This interface, to read.", "text/html")),
            Route(.get, "/api/docs/page.js", Self.operation("The script of those pages.", "text/javascript")),
            Route(.get, "/api/docs/page.css", Self.operation("The style of those pages.", "text/css")),
        ]
        let document = OpenAPIDocument(
            title: "Stentor", version: version, summary: "Speech to text, on your own machine.",
            routes: router.routes + own)
        let handlers: [Router.Handler] = [
            Self.serving(document), Self.page(isTrying: true), Self.page(isTrying: false),
            Self.asset(DescriptionPage.script, "text/javascript"), Self.asset(DescriptionPage.style, "text/css"),
        ]
        for (route, handler) in zip(own, handlers) { router.on(route.method, route.pattern, route.operation, handler) }
    }

    private static func operation(_ summary: String, _ type: String) -> Operation {
        Operation(
            summary, family: family,
            answers: [
                Operation.Answer(.ok, "The document.", [Operation.Content(type, .anything)]),
                Operation.Answer(.notModified, "As it was."),
            ], refusals: [.preconditionFailed, .rangeNotSatisfiable], isOpen: true)
    }

    private static func serving(_ document: OpenAPIDocument) -> Router.Handler {
        // Texts, numbers and truths: this can always be encoded.
        let resource = StaticResource((try? document.encoded()) ?? [], contentType: "application/json")
        return { request, _ in resource.response(to: request) }
    }

    private static func page(isTrying: Bool) -> Router.Handler {
        let resource = StaticResource(
            Array(DescriptionPage.html(isTrying: isTrying).utf8), contentType: "text/html; charset=utf-8")
        return { request, _ in
            var response = resource.response(to: request)
            response.fields[HTTPFieldName("Content-Security-Policy")] = DescriptionPage.policy
            response.fields[HTTPFieldName("X-Content-Type-Options")] = "nosniff"
            response.fields[HTTPFieldName("Referrer-Policy")] = "no-referrer"
            return response
        }
    }

    private static func asset(_ text: String, _ type: String) -> Router.Handler {
        let resource = StaticResource(Array(text.utf8), contentType: "\(type); charset=utf-8")
        return { request, _ in resource.response(to: request) }
    }
}
