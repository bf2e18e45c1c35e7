public import HTTPTypes

/// The path of a route: `/job/{id}`, `/stream/{link}/{name}`, `/assets/{rest...}`.
struct RoutePattern {
    enum Segment: Equatable {
        case literal(String)
        case parameter(String)
        /// The rest of the path, slashes included.
        case rest(String)
    }

    let segments: [Segment]

    init(_ text: String) {
        precondition(text.hasPrefix("/"), "a route begins with /: \(text)")
        segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
            guard part.hasPrefix("{"), part.hasSuffix("}") else { return .literal(String(part)) }
            let name = part.dropFirst().dropLast()
            return name.hasSuffix("...") ? .rest(String(name.dropLast(3))) : .parameter(String(name))
        }
        let rests = segments.dropLast().filter { if case .rest = $0 { true } else { false } }
        precondition(rests.isEmpty, "only the last segment of a route can be the rest: \(text)")
    }

    /// The names of its parameters, in their order.
    var names: [String] {
        segments.compactMap { segment in
            switch segment {
            case .literal: nil
            case .parameter(let name), .rest(let name): name
            }
        }
    }

    /// The path as one text where it has no parameters.
    var literal: String? {
        var text = ""
        for segment in segments {
            guard case .literal(let part) = segment else { return nil }
            text += "/" + part
        }
        return text
    }
}

/// The values that a path gave to a route's parameters.
public struct PathParameters: Sendable {
    var values: [String: String] = [:]

    /// The text of a parameter; routes are matched before handlers run, so a name of the pattern is always there.
    public subscript(name: String) -> String { values[name] ?? "" }

    /// A parameter as another type.
    ///
    /// - Throws: 404 when the text is not one: no resource has such a name.
    public func require<Value: LosslessStringConvertible>(
        _ name: String, as type: Value.Type = Value.self
    ) throws(HTTPError) -> Value {
        guard let value = values[name].flatMap({ Value($0) }) else {
            throw HTTPError(.notFound, "there is nothing at this address")
        }
        return value
    }
}
