import HTTPRouting
import HTTPTypes

/// Errors as OpenAI's clients read them (openai-openapi, `ErrorResponse`; openai-python `_base_client.py`).
enum OpenAIEnvelope {
    struct Body: Encodable {
        struct Reason: Encodable {
            let message: String
            let type: String
            let param: String?
            let code: String?

            enum CodingKeys: String, CodingKey { case message, type, param, code }

            /// All four are always there, as null where they say nothing.
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                try container.encode(message, forKey: .message)
                try container.encode(type, forKey: .type)
                try container.encode(param, forKey: .param)
                try container.encode(code, forKey: .code)
            }
        }

        let error: Reason
    }

    /// Clients of this dialect give up at once when they are told to wait longer.
    private static let longestWait = 120

    static let envelope: ErrorEnvelopes.Envelope = { error, _ in
        let status = status(of: error)
        var response =
            (try? HTTPResponse.json(body(of: error), status: status)) ?? .text(error.message, status: status)
        response.fields[HTTPFieldName("X-Should-Retry")] = isPassing(status) ? "true" : "false"
        if let wait = error.fields[.retryAfter].flatMap({ Int($0) }) {
            response.fields[.retryAfter] = String(min(wait, longestWait))
        }
        return response
    }

    static func body(of error: HTTPError) -> Body {
        let status = status(of: error)
        return Body(
            error: .init(
                message: error.message, type: type(of: status), param: error.fields[ErrorTable.parameterField],
                code: code(of: error, status)))
    }

    /// This dialect has one status for everything that is wrong with a request.
    private static func status(of error: HTTPError) -> HTTPStatus {
        if ErrorTable.code(of: error) == "no_such_model" { return .notFound }
        switch error.status {
        case .unprocessableContent, .unsupportedMediaType: return .badRequest
        default: return error.status
        }
    }

    private static func type(of status: HTTPStatus) -> String {
        switch status {
        case .tooManyRequests: "requests"
        case .forbidden: "permission_error"
        default: status.code < 500 ? "invalid_request_error" : "server_error"
        }
    }

    private static func code(of error: HTTPError, _ status: HTTPStatus) -> String? {
        switch status {
        case .unauthorized: return "invalid_api_key"
        case .tooManyRequests: return "rate_limit_exceeded"
        default: break
        }
        switch ErrorTable.code(of: error) {
        case "no_such_model": return "model_not_found"
        case "bad_field": return "invalid_value"
        case "task_unsupported": return "unsupported_value"
        case let code: return code
        }
    }

    private static func isPassing(_ status: HTTPStatus) -> Bool {
        status == .requestTimeout || status == .tooManyRequests || status.code >= 500
    }
}
