import Accounts
import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling
import Transcription

/// `POST /v1/audio/transcriptions`, `POST /v1/audio/translations`.
struct OpenAIHandlers: Sendable {
    let setup: DialectSetup
    let task: TranscriptionOrder.Task

    func answer(_ request: HTTPRequest) async throws -> HTTPResponse {
        let owner = try request.principal.owner
        var form = OpenAIForm(setup.form, task: task)
        do {
            // Not OpenAI's, but clients in front of it send it.
            if let key = request.fields[HTTPFieldName("Idempotency-Key")] { try form.common.takeID(key) }
            let admission = try await receive(request, &form, owner).admission
            let attendance = Attendance(transcriptions: setup.transcriptions, owner: owner)
            if form.isStreamed {
                return OpenAIEvents(attendance: attendance, admission: admission, form: form).response()
            }
            return try OpenAIBodies.response(try await attendance.ending(of: admission).get(), form)
        } catch {
            throw ErrorTable.error(error)
        }
    }

    private func receive(
        _ request: HTTPRequest, _ form: inout OpenAIForm, _ owner: Owner
    ) async throws -> UploadReceiver.Admitted {
        guard MediaType(request.fields[.contentType]).kind == .form else {
            throw ErrorTable.http(
                .badRequest, "unsupported_media_type", "Send multipart/form-data with the file in “file”.")
        }
        var upload = DialectUpload(setup, owner: owner)
        do {
            try await upload.take(form: request, files: ["file"], setup.limits.multipart, into: &form)
            try form.check()
            guard !upload.isEmpty else {
                throw ErrorTable.http(
                    .badRequest, "missing_file", "Send the file as “file” of a form.", parameter: "file")
            }
            if !form.known.isEmpty {
                form.common.wish.speakers?.known = try await setup.transcriptions.learn(form.known.references)
            }
            return try await upload.finish(form)
        } catch {
            await upload.abandon()
            throw error
        }
    }
}
