import HTTPRouting
import HTTPTypes
import Jobs
import Review

/// What went wrong, as the page is told.
enum PageError {
    static func http(_ status: HTTPStatus, _ code: String, _ message: String) -> HTTPError {
        HTTPError(status, message, fields: [.errorCode: code])
    }

    static let noSuchJob = http(.notFound, "no_such_job", "There is no job with this id.")
    static let textGone = http(.gone, "result_gone", "The text is no longer kept.")

    /// Runs work whose errors become answers.
    static func guarded<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch let error as ReviewStoreError {
            throw http(error)
        } catch let error as JobStoreError {
            throw error == .notFound
                ? noSuchJob : http(.serviceUnavailable, "queue", "The queue cannot be used now; try again.")
        } catch let error as MediaVaultError {
            throw error == .gone
                ? http(.gone, "media_gone", "The media is no longer kept; send the file again to listen.")
                : http(.serviceUnavailable, "storage", "The media cannot be read now; try again.")
        }
    }

    private static func http(_ error: ReviewStoreError) -> HTTPError {
        switch error {
        case .refused(.changedMeanwhile): http(.conflict, "changed_meanwhile", error.description)
        case .refused(.nothing): http(.conflict, "nothing", error.description)
        case .refused: http(.unprocessableContent, "refused", error.description)
        case .noRoom: http(.insufficientStorage, "no_room", error.description)
        case .broken: http(.serviceUnavailable, "storage", "Changes cannot be kept now; try again.")
        }
    }
}
