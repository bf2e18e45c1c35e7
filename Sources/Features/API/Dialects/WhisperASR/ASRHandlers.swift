import Accounts
import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling
import Transcripts

/// `POST /asr` and `POST /detect-language`.
struct ASRHandlers: Sendable {
    private struct Whole: Encodable {
        let text: String
        let segments: [VerboseSegment]
        let language: String
    }

    private struct Detected: Encodable {
        let detected_language: String
        let language_code: String
        let confidence: Double
    }

    /// Parts that hold the media; the first is the contract's, the second what people try.
    private static let files: Set<String> = ["audio_file", "file"]

    let setup: DialectSetup
    /// Whether an engine of this server tells languages apart.
    let detectsLanguages: @Sendable () async -> Bool

    func transcribe(_ request: HTTPRequest) async throws -> HTTPResponse {
        let owner = try request.principal.owner
        var form = ASRForm(setup.form)
        do {
            try form.take(request.queryItems)
            let admitted = try await receive(request, &form, owner)
            let transcript = try await wait(admitted.admission, owner)
            return try Self.response(transcript, form, named: admitted.name)
        } catch {
            throw ErrorTable.error(error)
        }
    }

    func detectLanguage(_ request: HTTPRequest) async throws -> HTTPResponse {
        let owner = try request.principal.owner
        var form = ASRForm(setup.form)
        do {
            try form.take(request.queryItems)
            guard await detectsLanguages() else {
                throw ErrorTable.http(
                    .unprocessableContent, "no_detection",
                    "No engine of this server recognises languages; install a multilingual model, or name the language."
                )
            }
            form.listenBriefly()
            let admitted = try await receive(request, &form, owner)
            let transcript = try await wait(admitted.admission, owner)
            guard let code = transcript.language else {
                throw ErrorTable.http(
                    .unprocessableContent, "unknown_language", "The language could not be recognised.")
            }
            let known = transcript.segments.compactMap(\.confidence)
            return try .json(
                Detected(
                    detected_language: LanguageNames.name(of: code), language_code: code,
                    // How sure the engine is of the words it heard in this language; 0 where it does not say.
                    confidence: known.isEmpty
                        ? 0 : TranscriptBody.rounded(known.reduce(0, +) / Double(known.count))))
        } catch {
            throw ErrorTable.error(error)
        }
    }

    private func receive(
        _ request: HTTPRequest, _ form: inout ASRForm, _ owner: Owner
    ) async throws -> UploadReceiver.Admitted {
        var upload = DialectUpload(setup, owner: owner)
        do {
            try await upload.take(form: request, files: Self.files, setup.limits.multipart, into: &form)
            try form.check()
            guard !upload.isEmpty else {
                throw ErrorTable.http(.badRequest, "missing_file", "Send the file in a part named “audio_file”.")
            }
            return try await upload.finish(form)
        } catch {
            await upload.abandon()
            throw error
        }
    }

    private func wait(_ admission: Admission, _ owner: Owner) async throws -> Transcript {
        try await Attendance(transcriptions: setup.transcriptions, owner: owner).ending(of: admission).get()
    }

    private static func response(_ transcript: Transcript, _ form: ASRForm, named name: String) throws -> HTTPResponse {
        // Always plain text, JSON too: that is what its clients were written for.
        var response = HTTPResponse.text(try text(transcript, form))
        response.fields[HTTPFieldName("Asr-Engine")] = transcript.engine
        response.fields[.contentDisposition] =
            "attachment; filename=\"\(HeaderText.ascii(name)).\(form.output.fileExtension)\""
        return response
    }

    private static func text(_ transcript: Transcript, _ form: ASRForm) throws -> String {
        guard form.output == .json else { return transcript.rendered(as: form.output) }
        let whole = Whole(
            text: transcript.text,
            segments: transcript.segments.enumerated()
                .map { VerboseSegment($0, $1, includesWords: form.includesWords) },
            language: transcript.language ?? "")
        return String(decoding: try JSONFields.encoded(whole), as: UTF8.self)
    }
}
