public import Jobs
import Transcription

extension JobFailure {
    public static let cancelled = JobFailure(.permanent, code: "cancelled", "The job was cancelled.")

    /// One table from what went wrong to what is done about it and what people are told.
    public static func from(_ error: any Error) -> JobFailure {
        switch error {
        case let failure as JobFailure: failure
        case let error as DecodingError: decoding(error)
        case let error as EngineError: engine(error)
        case let error as MediaVaultError: vault(error)
        case let error as JobStoreError: JobFailure(.transient, code: "queue", error.description)
        case is CancellationError: cancelled
        default: JobFailure(.transient, code: "internal", "The server failed; its log says more.")
        }
    }

    private static func decoding(_ error: DecodingError) -> JobFailure {
        switch error.code {
        case .empty, .notMedia, .unsupportedContainer, .unsupportedCodec, .noAudio, .noSuchTrack, .unreasonableFormat,
            .damaged, .tooLong, .nothingDecoded:
            JobFailure(.permanent, code: error.code.word, error.description)
        case .crashed: JobFailure(.crash, code: error.code.word, error.description)
        case .cancelled: cancelled
        case .sourceFailed, .diskFull, .hostUnavailable:
            JobFailure(.transient, code: error.code.word, error.description)
        }
    }

    private static func engine(_ error: EngineError) -> JobFailure {
        switch error.code {
        case .unknownLanguage: JobFailure(.permanent, code: "unknown_language", error.description)
        case .unusable: JobFailure(.permanent, code: "engine_unusable", error.description)
        case .cancelled: cancelled
        case .crashed, .timedOut: JobFailure(.crash, code: "engine_failed", error.description)
        // A service that gave nothing at all; what a file's parts cost is told otherwise.
        case .failed: JobFailure(.transient, code: "service_failed", error.description)
        }
    }

    private static func vault(_ error: MediaVaultError) -> JobFailure {
        switch error {
        case .noRoom: JobFailure(.transient, code: "no_room", error.description)
        case .tooLarge: JobFailure(.permanent, code: "too_large", error.description)
        case .gone: JobFailure(.permanent, code: "media_gone", error.description)
        case .broken: JobFailure(.transient, code: "storage", error.description)
        }
    }
}

extension DecodingError.Code {
    /// As programs read it: `not_media`.
    var word: String {
        rawValue.reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : String($1) }
    }
}
