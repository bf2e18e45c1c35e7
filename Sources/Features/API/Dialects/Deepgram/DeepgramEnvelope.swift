import HTTPRouting
import HTTPTypes

/// Errors as Deepgram's clients read them (deepgram-api-specs, `ErrorResponseLegacyError`).
enum DeepgramEnvelope {
    private struct Body: Encodable {
        let err_code: String
        let err_msg: String
        let request_id: String
    }

    static let envelope: ErrorEnvelopes.Envelope = { error, id in
        let status = error.status == .unprocessableContent ? .badRequest : error.status
        let body = Body(err_code: code(of: status), err_msg: error.message, request_id: id ?? "")
        return (try? HTTPResponse.json(body, status: status)) ?? .text(error.message, status: status)
    }

    private static func code(of status: HTTPStatus) -> String {
        switch status {
        case .unauthorized: "INVALID_AUTH"
        case .forbidden: "INSUFFICIENT_PERMISSIONS"
        case .requestTimeout: "SLOW_UPLOAD"
        case .contentTooLarge: "PAYLOAD_TOO_LARGE"
        case .tooManyRequests: "TOO_MANY_REQUESTS"
        default: status.reason
        }
    }
}
