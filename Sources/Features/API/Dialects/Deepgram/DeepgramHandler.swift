import Accounts
import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling

/// `POST /v1/listen`: the media as the body, or an address in JSON.
struct DeepgramHandler: Sendable {
    private struct Address: Decodable {
        let url: String
    }

    private struct Promise: Encodable {
        let request_id: String
    }

    let setup: DialectSetup
    /// Seconds since 1970.
    let now: @Sendable () -> Double

    func answer(_ request: HTTPRequest) async throws -> HTTPResponse {
        let owner = try request.principal.owner
        var form = DeepgramForm(setup.form, query: request.query ?? "")
        do {
            try form.take(request.queryItems)
            try form.check()
            let admitted = try await receive(request, &form, owner)
            if form.common.isAsync {
                await setup.transcriptions.release(admitted.admission)
                return try .json(Promise(request_id: admitted.admission.job.text))
            }
            let attendance = Attendance(transcriptions: setup.transcriptions, owner: owner)
            let transcript = try await attendance.ending(of: admitted.admission).get()
            return try .json(
                DeepgramBody(
                    transcript, form.features, id: admitted.admission.job, sha256: admitted.sha256 ?? "",
                    created: now()))
        } catch {
            throw ErrorTable.error(error)
        }
    }

    private func receive(
        _ request: HTTPRequest, _ form: inout DeepgramForm, _ owner: Owner
    ) async throws -> UploadReceiver.Admitted {
        var upload = DialectUpload(setup, owner: owner)
        do {
            switch MediaType(request.fields[.contentType]).kind {
            case _ where form.common.upload != nil: try await upload.takeUpload(form)
            case .json:
                try await upload.take(address: try await request.json(as: Address.self).url, form)
            case .form, .urlEncoded:
                throw ErrorTable.http(
                    .unsupportedMediaType, "unsupported_media_type",
                    "Send the file as the body with its audio type, or {\"url\": …} as application/json.")
            case .audio, .other, .none:
                try await upload.take(body: request, named: "listen", form)
            }
            return try await upload.finish(form)
        } catch {
            await upload.abandon()
            throw error
        }
    }
}
