public import HTTPTypes

/// Finds the handler of a request by its path and method.
///
/// Literal segments win over parameters, and those over the rest of a path. HEAD is answered by GET's handler. A path
/// without routes is 404, one without this method 405 with `Allow`.
public struct Router: HTTPResponder {
    public typealias Handler = @Sendable (HTTPRequest, PathParameters) async throws -> HTTPResponse

    private struct Node {
        var literals: [String: Int] = [:]
        var parameter: Int?
        var rest: Int?
        var handlers: [HTTPMethod: Handler] = [:]
        var names: [String] = []
    }

    private var nodes = [Node()]
    /// Whole paths without parameters: one lookup instead of a walk.
    private var literals: [String: Int] = [:]
    /// Every route in the order in which it was added.
    public private(set) var routes: [Route] = []

    public init() {}

    /// Answers `method` at `pattern` with `handler`.
    /// - Parameter operation: what the interface's description says of it.
    public mutating func on(
        _ method: HTTPMethod, _ pattern: String, _ operation: Operation?, _ handler: @escaping Handler
    ) {
        routes.append(Route(method, pattern, operation))
        let route = RoutePattern(pattern)
        var node = 0
        var names: [String] = []
        for segment in route.segments {
            switch segment {
            case .literal(let text): node = child(of: node, \.literals[text])
            case .parameter(let name):
                names.append(name)
                node = child(of: node, \.parameter)
            case .rest(let name):
                names.append(name)
                node = child(of: node, \.rest)
            }
        }
        precondition(nodes[node].handlers[method] == nil, "two routes for \(method) \(pattern)")
        precondition(
            nodes[node].names.isEmpty || nodes[node].names == names, "two names for one parameter of \(pattern)")
        nodes[node].handlers[method] = handler
        nodes[node].names = names
        if let literal = route.literal { literals[literal] = node }
    }

    /// Answers with nothing said of it: for servers that do not describe themselves.
    public mutating func on(_ method: HTTPMethod, _ pattern: String, _ handler: @escaping Handler) {
        on(method, pattern, nil, handler)
    }

    public mutating func get(_ pattern: String, _ handler: @escaping Handler) { on(.get, pattern, handler) }
    public mutating func get(_ pattern: String, _ operation: Operation, _ handler: @escaping Handler) {
        on(.get, pattern, operation, handler)
    }

    public mutating func post(_ pattern: String, _ handler: @escaping Handler) { on(.post, pattern, handler) }
    public mutating func post(_ pattern: String, _ operation: Operation, _ handler: @escaping Handler) {
        on(.post, pattern, operation, handler)
    }

    public mutating func put(_ pattern: String, _ handler: @escaping Handler) { on(.put, pattern, handler) }
    public mutating func put(_ pattern: String, _ operation: Operation, _ handler: @escaping Handler) {
        on(.put, pattern, operation, handler)
    }

    public mutating func delete(_ pattern: String, _ handler: @escaping Handler) { on(.delete, pattern, handler) }
    public mutating func delete(_ pattern: String, _ operation: Operation, _ handler: @escaping Handler) {
        on(.delete, pattern, operation, handler)
    }

    private mutating func child(of node: Int, _ slot: WritableKeyPath<Node, Int?>) -> Int {
        if let child = nodes[node][keyPath: slot] { return child }
        nodes.append(Node())
        nodes[node][keyPath: slot] = nodes.count - 1
        return nodes.count - 1
    }

    public func respond(to request: HTTPRequest) async throws -> HTTPResponse {
        if let node = literals[request.path] {
            return try await handler(nodes[node], request)(request, PathParameters())
        }
        let segments = request.path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        var values: [String] = []
        guard request.path.hasPrefix("/"), let found = find(segments[...], from: 0, &values) else {
            throw HTTPError(.notFound, "there is nothing at this address")
        }
        var parameters = PathParameters()
        for (name, value) in zip(nodes[found].names, values) { parameters.values[name] = value }
        return try await handler(nodes[found], request)(request, parameters)
    }

    /// Walks down by the first kind of segment that leads to a route.
    private func find(_ segments: ArraySlice<Substring>, from index: Int, _ values: inout [String]) -> Int? {
        let node = nodes[index]
        guard let first = segments.first else { return node.handlers.isEmpty ? nil : index }
        if let next = node.literals[String(first)], let found = find(segments.dropFirst(), from: next, &values) {
            return found
        }
        if let next = node.parameter, !first.isEmpty {
            values.append(String(first))
            if let found = find(segments.dropFirst(), from: next, &values) { return found }
            values.removeLast()
        }
        if let next = node.rest {
            values.append(segments.joined(separator: "/"))
            return next
        }
        return nil
    }

    private func handler(_ node: Node, _ request: HTTPRequest) throws(HTTPError) -> Handler {
        if let handler = node.handlers[request.method] { return handler }
        if request.method == .head, let handler = node.handlers[.get] { return handler }
        var allowed = Set(node.handlers.keys.map(\.name))
        if allowed.contains("GET") { allowed.insert("HEAD") }
        throw HTTPError(
            .methodNotAllowed, "this address does not know the method",
            fields: [.allow: allowed.sorted().joined(separator: ", ")])
    }
}
