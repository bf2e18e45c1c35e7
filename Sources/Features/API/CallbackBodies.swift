import FoundationEssentials
import HTTPRouting
import HTTPTypes
public import Jobs
public import Scheduling

/// What a callback says, in the dialect in which it was asked for.
public struct CallbackBodies: Sendable {
    static let standard = "standard"
    static let standardWithWords = "standard with words"
    /// With the query of the request after it.
    static let deepgram = "deepgram?"

    private struct Message: Encodable {
        struct Data: Encodable {
            let job_id: String
            let task_id: String
            let name: String
            let status: String
            let result: TranscriptBody?
            let error: ProgressBody.Failure?
        }

        let type: String
        let timestamp: String
        let data: Data
    }

    private let transcriptions: Transcriptions

    public init(_ transcriptions: Transcriptions) { self.transcriptions = transcriptions }

    /// The bytes to send, the same each time; nil when the job is gone, and with it what there was to say.
    public func body(of announcement: Announcement) async throws -> [UInt8]? {
        guard let view = try await transcriptions.job(announcement.job, owner: nil) else { return nil }
        let form = announcement.callback.form
        return form.hasPrefix(Self.deepgram)
            ? try await deepgramBody(of: announcement, query: String(form.dropFirst(Self.deepgram.count)))
            : try await standardBody(of: announcement, named: view.job.name)
    }

    private func standardBody(of announcement: Announcement, named name: String) async throws -> [UInt8]? {
        var result: TranscriptBody?
        if announcement.kind == .completed {
            guard let transcript = try await transcriptions.transcript(of: announcement.job, owner: nil) else {
                return nil
            }
            result = TranscriptBody(
                announcement.job, transcript, cached: false,
                includesWords: announcement.callback.form == Self.standardWithWords)
        }
        return try JSONFields.encoded(
            Message(
                type: "transcription.\(announcement.kind.rawValue)",
                timestamp: Date(timeIntervalSince1970: announcement.occurredAt).formatted(.iso8601),
                data: .init(
                    job_id: announcement.job.text, task_id: announcement.job.text, name: name,
                    status: announcement.kind.rawValue, result: result,
                    error: announcement.failure.map { .init(code: $0.code, message: $0.description) })))
    }

    private func deepgramBody(of announcement: Announcement, query: String) async throws -> [UInt8]? {
        var form = DeepgramForm(RequestForm(providers: [], model: nil))
        try form.take(QueryItems(query))
        if let failure = announcement.failure {
            return DeepgramEnvelope.body(of: ErrorTable.http(failure), id: announcement.job.text)
        }
        guard let transcript = try await transcriptions.transcript(of: announcement.job, owner: nil) else { return nil }
        return try JSONFields.encoded(
            DeepgramBody(
                transcript, form.features, id: announcement.job, sha256: "", created: announcement.occurredAt))
    }
}
