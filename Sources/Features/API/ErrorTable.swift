import HTTPRouting
import HTTPTypes
import Jobs
import Uploads

/// One table from what went wrong to how it is told: status, a word for programs, and a sentence that says what to do.
enum ErrorTable {
    /// The field of the request that is wrong, for dialects that name it.
    static let parameterField = HTTPFieldName("X-Error-Param")

    static func error(_ error: any Error) -> any Error {
        switch error {
        case let failure as JobFailure: http(failure)
        case let error as JobStoreError: http(error)
        case let error as MediaVaultError: http(error)
        case let error as UploadError: http(error)
        default: error
        }
    }

    static func http(
        _ status: HTTPStatus, _ code: String, _ message: String, retryAfter: Int? = nil, parameter: String? = nil
    ) -> HTTPError {
        var fields: HTTPFields = [.errorCode: code]
        if let parameter { fields[parameterField] = parameter }
        if let retryAfter { fields[.retryAfter] = String(retryAfter) }
        return HTTPError(status, message, fields: fields)
    }

    static func http(_ failure: JobFailure) -> HTTPError {
        switch failure.code {
        case "not_media", "unsupported_container", "unsupported_codec":
            http(.unsupportedMediaType, failure.code, failure.description)
        case "empty", "bad_address", "refused_address", "no_such_model", "no_such_engine", "bad_reference":
            http(.badRequest, failure.code, failure.description)
        case "no_audio", "no_such_track", "unreasonable_format", "damaged", "nothing_decoded", "unknown_language",
            "fetch_failed", "crashed", "task_unsupported":
            http(.unprocessableContent, failure.code, failure.description)
        case "too_long", "too_large": http(.contentTooLarge, failure.code, failure.description)
        case "no_room", "disk_full": http(.insufficientStorage, failure.code, failure.description, retryAfter: 60)
        case "media_gone": http(.gone, failure.code, failure.description)
        case "cancelled": http(.conflict, failure.code, failure.description)
        case "no_engine", "engine_unusable", "queue", "host_unavailable", "storage", "no_progress":
            http(.serviceUnavailable, failure.code, failure.description, retryAfter: 30)
        default:
            failure.kind == .permanent
                ? http(.unprocessableContent, failure.code, failure.description)
                : http(.internalServerError, failure.code, failure.description)
        }
    }

    static func http(_ error: JobStoreError) -> HTTPError {
        switch error {
        case .idTaken: http(.conflict, "job_id_taken", error.description)
        case .tooManyWaiting(let seconds):
            http(.tooManyRequests, "too_many_waiting", error.description, retryAfter: seconds)
        case .leaseLost: http(.conflict, "cancelled", error.description)
        case .notFound: http(.notFound, "no_such_job", error.description)
        case .noRoom: http(.insufficientStorage, "no_room", error.description, retryAfter: 60)
        case .broken: http(.serviceUnavailable, "queue", "The queue cannot be used now; try again.", retryAfter: 5)
        }
    }

    static func http(_ error: MediaVaultError) -> HTTPError {
        switch error {
        case .noRoom: http(.insufficientStorage, "no_room", error.description, retryAfter: 60)
        case .tooLarge: http(.contentTooLarge, "too_large", error.description)
        case .gone: http(.gone, "media_gone", error.description)
        case .broken: http(.serviceUnavailable, "storage", "The file cannot be stored now; try again.", retryAfter: 5)
        }
    }

    /// A word for errors that have none of their own.
    static func code(of error: HTTPError) -> String {
        if let code = error.fields[.errorCode] { return code }
        return switch error.status {
        case .badRequest: "bad_request"
        case .unauthorized: "unauthorized"
        case .forbidden: "forbidden"
        case .notFound: "not_found"
        case .methodNotAllowed: "method_not_allowed"
        case .contentTooLarge: "too_large"
        case .unsupportedMediaType: "unsupported_media_type"
        case .tooManyRequests: "too_many_requests"
        case .misdirectedRequest: "wrong_host"
        default: error.status.code < 500 ? "bad_request" : "internal"
        }
    }
}
