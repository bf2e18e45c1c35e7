internal import FoundationEssentials
public import HTTPTypes

extension HTTPRequest {
    /// The body as JSON.
    ///
    /// - Throws: 415 for another media type, 413 above `limit` bytes, 400 for JSON that is malformed or of another
    ///   shape.
    public func json<Value: Decodable>(as type: Value.Type = Value.self, limit: Int = 1 << 20) async throws -> Value {
        let media = fields[.contentType]?.split(separator: ";").first?.trimmingHTTPWhitespace() ?? ""
        guard media.isToken("application/json") || media.lowercased().hasSuffix("+json") else {
            throw HTTPError(.unsupportedMediaType, "send the body as application/json")
        }
        let bytes = try await body.collect(upTo: limit)
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            throw HTTPError(.badRequest, error.sentence)
        }
    }
}

extension DecodingError {
    /// Where the JSON differs from what was expected, without any of its values.
    fileprivate var sentence: String {
        let (what, context): (String, Context) =
            switch self {
            case .typeMismatch(_, let context): ("has another type than expected", context)
            case .valueNotFound(_, let context): ("must not be null", context)
            case .keyNotFound(let key, let context): ("lacks \"\(key.stringValue)\"", context)
            case .dataCorrupted(let context): ("is malformed", context)
            @unknown default: ("cannot be read", Context(codingPath: [], debugDescription: ""))
            }
        let path = context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        return path.isEmpty ? "the JSON \(what)" : "the JSON at \(path) \(what)"
    }
}

extension HTTPResponse {
    /// A response in JSON, keys sorted so that equal values give equal bytes.
    public static func json(_ value: some Encodable, status: HTTPStatus = .ok) throws -> HTTPResponse {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = [UInt8](try encoder.encode(value))
        return HTTPResponse(status, fields: [.contentType: "application/json"], body: .bytes(bytes))
    }
}
