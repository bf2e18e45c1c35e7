internal import FoundationEssentials
public import HTTPTypes

/// The description of an interface in OpenAPI 3.1, made from the routes that answer it.
public struct OpenAPIDocument: Sendable {
    /// What any route may refuse with: too much, too often, from the wrong place, or while the server cannot.
    public static let sharedRefusals: [HTTPStatus] = [
        .badRequest, .forbidden, .requestTimeout, .contentTooLarge, .uriTooLong, .misdirectedRequest, .tooManyRequests,
        .headerFieldsTooLarge, .internalServerError, .serviceUnavailable,
    ]

    public var title: String
    public var version: String
    public var summary: String
    public var routes: [Route]

    public init(title: String, version: String, summary: String, routes: [Route]) {
        self.title = title
        self.version = version
        self.summary = summary
        self.routes = routes
    }

    public var json: JSONValue {
        [
            "openapi": "3.1.0",
            "info": ["title": .text(title), "version": .text(version), "description": .text(summary)],
            "servers": [["url": "/"]],
            "tags": .list(families.map { ["name": .text($0)] }),
            "paths": .object(paths),
            "components": ["securitySchemes": Self.schemes],
        ]
    }

    /// As bytes; equal routes give equal bytes.
    public func encoded() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return [UInt8](try encoder.encode(json))
    }

    /// In the order in which routes name them.
    private var families: [String] {
        var seen: Set<String> = []
        return routes.compactMap { $0.operation?.family }.filter { seen.insert($0).inserted }
    }

    private var paths: [String: JSONValue] {
        var paths: [String: [String: JSONValue]] = [:]
        for route in routes {
            guard let operation = route.operation else { continue }
            paths[Self.path(route.pattern), default: [:]][route.method.name.lowercased()] = Self.description(
                operation, route)
        }
        return paths.mapValues { .object($0) }
    }

    /// A template of OpenAPI has no parameter for a whole rest of a path.
    private static func path(_ pattern: String) -> String {
        pattern.hasSuffix("...}") ? String(pattern.dropLast(4)) + "}" : pattern
    }

    private static func description(_ operation: Operation, _ route: Route) -> JSONValue {
        var members: [String: JSONValue] = [
            "summary": .text(operation.summary), "tags": [.text(operation.family)],
            "operationId": .text(identifier(route)), "responses": .object(responses(operation)),
            "security": operation.isOpen ? [] : security,
        ]
        let parameters = pathParameters(route, operation) + operation.parameters
        if !parameters.isEmpty { members["parameters"] = .list(parameters.map(parameter)) }
        if !operation.bodies.isEmpty { members["requestBody"] = ["content": contents(operation.bodies)] }
        return .object(members)
    }

    /// Parameters of the pattern that the operation says nothing about.
    private static func pathParameters(_ route: Route, _ operation: Operation) -> [Operation.Parameter] {
        let known = Set(operation.parameters.filter { $0.place == .path }.map(\.name))
        return RoutePattern(route.pattern).names.filter { !known.contains($0) }
            .map { Operation.Parameter($0, in: .path, .bounded(1...200)) }
    }

    private static func identifier(_ route: Route) -> String {
        let words = route.pattern.split { !$0.isLetter && !$0.isNumber }
        return ([route.method.name.lowercased()] + words.map(String.init)).joined(separator: "_")
    }

    private static func parameter(_ parameter: Operation.Parameter) -> JSONValue {
        [
            "name": .text(parameter.name), "in": .text(parameter.place.rawValue), "schema": parameter.schema.json,
            "description": .text(parameter.note), "required": .truth(parameter.isRequired),
        ]
    }

    private static func contents(_ contents: [Operation.Content]) -> JSONValue {
        .object(
            Dictionary(contents.map { ($0.mediaType, JSONValue.object(["schema": $0.schema.json])) }) { first, _ in
                first
            })
    }

    private static func responses(_ operation: Operation) -> [String: JSONValue] {
        var responses: [String: JSONValue] = [:]
        let refusals = sharedRefusals + (operation.isOpen ? [] : [.unauthorized]) + operation.refusals
        for status in refusals { responses[String(status.code)] = ["description": .text(status.reason)] }
        for answer in operation.answers {
            var response: [String: JSONValue] = ["description": .text(answer.meaning)]
            if !answer.contents.isEmpty { response["content"] = contents(answer.contents) }
            responses[String(answer.status.code)] = .object(response)
        }
        return responses
    }

    /// Every form in which a key may be shown; see `HTTPRequest.credential`.
    private static let schemes: JSONValue = [
        "bearer": ["type": "http", "scheme": "bearer"],
        "header": ["type": "apiKey", "in": "header", "name": "X-API-Key"],
        "basic": ["type": "http", "scheme": "basic"],
    ]

    private static let security: JSONValue = [["bearer": []], ["header": []], ["basic": []]]
}
