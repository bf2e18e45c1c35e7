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
        HTTPResponse(
            status(of: error), fields: [.contentType: "application/json"],
            body: .bytes(body(of: error, id: id ?? "")))
    }

    static func body(of error: HTTPError, id: String) -> [UInt8] {
        let body = Body(err_code: code(of: status(of: error)), err_msg: error.message, request_id: id)
        // Three texts can always be encoded.
        return (try? JSONFields.encoded(body)) ?? []
    }

    private static func status(of error: HTTPError) -> HTTPStatus {
        error.status == .unprocessableContent ? .badRequest : error.status
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
