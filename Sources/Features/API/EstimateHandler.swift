import CloudRouting
import HTTPRouting
import HTTPTypes
import Jobs
import Multipart
import Scheduling
import Transcription

/// `POST /api/transcribe/estimate`: what a transcription would take, found out before anything is sent or paid.
struct EstimateHandler: Sendable {
    /// Decodes and plans, and stops there.
    typealias Estimate = @Sendable (any MediaSource, TranscriptionWish) async throws -> TranscriptionEstimate

    private struct Body: Encodable {
        let duration: Double
        let parts: Int
        let engine: String
        let model: String
        let sent_seconds: Double
        let sent_bytes: Int64
        let billed_seconds: Double
        /// US dollars.
        let estimated_cost: Double?
        let estimated_seconds: Double?
        let warnings: [String]
    }

    let transcriptions: Transcriptions
    let limits: API.Limits
    let providers: [String]
    let model: String?
    let estimate: Estimate

    func answer(_ request: HTTPRequest) async throws -> HTTPResponse {
        _ = try request.principal
        var form = RequestForm(providers: providers, model: model)
        try form.take(request.queryItems)
        do {
            guard let medium = try await receive(request, &form) else {
                throw ErrorTable.http(.badRequest, "missing_file", "Send a file in a part named “file”.")
            }
            try form.check()
            _ = try await medium.complete()
            return try .json(body(try await estimate(medium, form.wish), form.warnings))
        } catch {
            throw ErrorTable.error(error is DecodingError ? JobFailure.from(error) : error)
        }
    }

    private func receive(_ request: HTTPRequest, _ form: inout RequestForm) async throws -> (any MediaIntake)? {
        if MediaType(request.fields[.contentType]).kind == .audio { return try await take(request.body, request) }
        let reader = try MultipartReader(request, limits: limits.multipart)
        var medium: (any MediaIntake)?
        while let part = try await reader.nextPart() {
            if part.fileName == nil, part.name != "file" {
                let bytes = try await part.body.collect(upTo: RequestForm.longestField)
                try form.take(part.name, String(decoding: bytes, as: UTF8.self))
            } else if medium == nil {
                medium = try await take(part.body, request)
            } else {
                throw ErrorTable.http(.badRequest, "too_many_files", "An estimate takes one file.")
            }
        }
        return medium
    }

    private func take(_ body: IncomingBody, _ request: HTTPRequest) async throws -> any MediaIntake {
        let medium = try await transcriptions.spool(atMost: request.body.length)
        for try await chunk in body.limited(to: limits.upload) { try await medium.append(chunk) }
        return medium
    }

    private func body(_ estimate: TranscriptionEstimate, _ warnings: [String]) -> Body {
        Body(
            duration: TranscriptBody.rounded(estimate.seconds), parts: estimate.parts, engine: estimate.engine,
            model: estimate.model, sent_seconds: TranscriptBody.rounded(estimate.sentSeconds),
            sent_bytes: estimate.sentBytes, billed_seconds: TranscriptBody.rounded(estimate.billedSeconds),
            estimated_cost: estimate.cost, estimated_seconds: estimate.finishSeconds.map(TranscriptBody.rounded),
            warnings: estimate.warnings + warnings)
    }
}
