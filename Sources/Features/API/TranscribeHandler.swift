import Accounts
import HTTPRouting
import HTTPTypes
import Jobs
import Multipart
import Scheduling
import Transcription
import Transcripts
import Uploads

/// `POST /transcribe-file` and its relatives: takes one or many files, or an address, and answers with the text or
/// with a promise of it.
struct TranscribeHandler: Sendable {
    /// How a route differs from the others.
    struct Manner: Sendable {
        /// Answers 202 without being asked to.
        var isAsync = false
        /// Asks for speakers without being asked to.
        var findsSpeakers = false
    }

    let transcriptions: Transcriptions
    let limits: API.Limits
    let uploads: UploadDesk
    let providers: [String]
    let model: String?
    let manner: Manner

    /// One file that was sent, once it has been taken in.
    private struct Taken {
        let name: String
        let admission: Admission
    }

    func answer(_ request: HTTPRequest) async throws -> HTTPResponse {
        let principal = try request.principal
        var form = RequestForm(providers: providers, model: model, history: limits.history)
        form.isAsync = manner.isAsync
        if manner.findsSpeakers { form.wish.speakers = SpeakerWish() }
        try form.take(request.queryItems)
        if let key = request.fields[HTTPFieldName("Idempotency-Key")] { try form.takeID(key) }
        if request.prefersAsync { form.isAsync = true }
        do {
            return try await answer(request, principal, &form)
        } catch {
            throw ErrorTable.error(error)
        }
    }

    private func answer(
        _ request: HTTPRequest, _ principal: Principal, _ form: inout RequestForm
    ) async throws -> HTTPResponse {
        var receiver = UploadReceiver(
            transcriptions: transcriptions, limits: limits, uploads: uploads, owner: principal.owner)
        do {
            try await receive(request, &form, &receiver)
            try form.check()
            // Priority is among everybody's jobs: who may not look after the server may only stand back.
            if form.priority > 0, !principal.isAdmin { throw RequestForm.bad("priority", "at most 0 for this key") }
            let admissions = try await receiver.finish(form)
            if form.isAsync {
                for admitted in admissions { await transcriptions.release(admitted.admission) }
                return try promise(admissions, form, receiver.batch)
            }
            return try await wait(for: admissions, form, principal.owner, receiver.batch)
        } catch {
            await receiver.abandon()
            throw error
        }
    }

    // MARK: - What comes in

    private func receive(
        _ request: HTTPRequest, _ form: inout RequestForm, _ receiver: inout UploadReceiver
    ) async throws {
        let media = MediaType(request.fields[.contentType])
        switch media.kind {
        case .form:
            let reader = try MultipartReader(request, limits: limits.multipart)
            while let part = try await reader.nextPart() {
                if part.fileName == nil, part.name != "file", part.name != "audio_file" {
                    let bytes = try await part.body.collect(upTo: RequestForm.longestField)
                    try form.take(part.name, String(decoding: bytes, as: UTF8.self))
                } else {
                    try await receiver.take(part, form, of: request.body.length)
                }
            }
        case .urlEncoded:
            let bytes = try await request.body.collect(upTo: RequestForm.longestField)
            try form.take(QueryItems(String(decoding: bytes, as: UTF8.self)))
        case .json:
            for (name, value) in try await request.json(as: FlatObject.self, limit: RequestForm.longestField).fields {
                try form.take(name, value)
            }
        case .audio:
            let name = request.fields[.contentDisposition].flatMap { MediaParameters($0)?.parameters["filename"] }
            try await receiver.take(name: name ?? "upload", request.body, expected: request.body.length, form)
        case .none where request.body.length == 0:
            break
        case .none, .other:
            throw ErrorTable.http(
                .unsupportedMediaType, "unsupported_media_type",
                "Send the file as multipart/form-data in a part named “file”, or as the body with its audio type.")
        }
        if let upload = form.upload { try await receiver.take(upload: upload, form) }
        if let address = form.address { try await receiver.take(address: address, form) }
        guard !receiver.isEmpty else {
            throw ErrorTable.http(
                .badRequest, "missing_file",
                "Send a file in a part named “file”, or an address as “url”, or the “upload_id” of what was uploaded before."
            )
        }
    }

    // MARK: - What goes out

    private func promise(
        _ admissions: [UploadReceiver.Admitted], _ form: RequestForm, _ batch: JobID?
    ) throws -> HTTPResponse {
        var response: HTTPResponse
        if let batch {
            response = try .json(BatchPromise(batch, admissions), status: .accepted)
            response.fields[.location] = "/job/\(batch.text)"
        } else {
            response = try .json(JobPromise(admissions[0]), status: .accepted)
            response.fields[.location] = "/job/\(admissions[0].admission.job.text)"
        }
        response.fields[HTTPFieldName("Preference-Applied")] = "respond-async"
        return response
    }

    /// Each admission is released once, whatever becomes of the answer.
    private func wait(
        for admissions: [UploadReceiver.Admitted], _ form: RequestForm, _ owner: Owner, _ batch: JobID?
    ) async throws -> HTTPResponse {
        do {
            let response = try await answer(admissions, form, owner, batch)
            for admitted in admissions { await transcriptions.release(admitted.admission) }
            return response
        } catch {
            for admitted in admissions {
                // The client left: what nobody else waits for is cancelled.
                if case .accepted(let id, isOwn: true, _) = admitted.admission, Task.isCancelled {
                    _ = try? await transcriptions.cancel(id, owner: owner)
                }
                await transcriptions.release(admitted.admission)
            }
            throw error
        }
    }

    private func answer(
        _ admissions: [UploadReceiver.Admitted], _ form: RequestForm, _ owner: Owner, _ batch: JobID?
    ) async throws -> HTTPResponse {
        var bodies: [BatchItem] = []
        for admitted in admissions {
            let (ending, isCached) = try await ending(of: admitted.admission, owner)
            switch ending {
            case .success(let transcript):
                if batch == nil { return try render(transcript, admitted, isCached, form) }
                bodies.append(
                    BatchItem(
                        admitted.name,
                        TranscriptBody(
                            admitted.admission.job, transcript, cached: isCached, includesWords: form.includesWords,
                            warnings: form.warnings)))
            case .failure(let failure):
                if batch == nil { throw failure }
                bodies.append(BatchItem(admitted.name, admitted.admission.job, failure))
            }
        }
        return try .json(BatchResult(batch_id: batch?.text ?? "", results: bodies))
    }

    private func ending(
        of admission: Admission, _ owner: Owner
    ) async throws -> (Result<Transcript, JobFailure>, isCached: Bool) {
        switch admission {
        case .known(_, let transcript): return (.success(transcript), true)
        case .accepted(let id, _, _):
            return (try await transcriptions.ending(of: id, owner: owner), false)
        }
    }

    private func render(
        _ transcript: Transcript, _ admitted: UploadReceiver.Admitted, _ isCached: Bool, _ form: RequestForm
    ) throws -> HTTPResponse {
        try .transcript(
            transcript, admitted.admission.job, form.format, cached: isCached, words: form.includesWords,
            title: admitted.name, warnings: form.warnings)
    }
}

extension HTTPResponse {
    /// A transcript in the form that was asked for.
    static func transcript(
        _ transcript: Transcript, _ id: JobID, _ format: OutputFormat, cached: Bool, words: Bool, title: String,
        warnings: [String] = []
    ) throws -> HTTPResponse {
        if format == .json {
            return try .json(
                TranscriptBody(id, transcript, cached: cached, includesWords: words, warnings: warnings))
        }
        let options = RenderingOptions(showsTimes: true, title: title)
        return HTTPResponse(
            .ok,
            fields: [
                .contentType: format.mediaType, HTTPFieldName("X-Job-ID"): id.text,
                HTTPFieldName("X-Content-Type-Options"): "nosniff",
            ], body: .text(transcript.rendered(as: format, options: options)))
    }
}

extension HTTPRequest {
    /// RFC 7240: the client would rather have 202 now than the answer later.
    var prefersAsync: Bool {
        fields.list(of: HTTPFieldName("Prefer")).contains { $0.split(separator: ";")[0].isToken("respond-async") }
    }
}
