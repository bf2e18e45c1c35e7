import Accounts
import FoundationEssentials
import HTTPRouting
import HTTPTypes
import Jobs
import Review
import Scheduling
import Streaming
import Transcripts

/// One finished text: to read, as subtitles, to take away, to delete.
struct TranscriptHandlers: Sendable {
    let ports: WebUI.Ports
    let desk: ReviewDesk

    static func id(_ parameters: PathParameters) throws(HTTPError) -> JobID {
        guard let id = JobID(parameters["id"]) else { throw PageError.noSuchJob }
        return id
    }

    /// The job when it is done and the visitor's to see.
    static func finished(_ id: JobID, _ scope: Owner?, _ ports: WebUI.Ports) async throws -> JobView {
        let view = try await PageError.guarded { try await ports.transcriptions.job(id, owner: scope) }
        guard let view else { throw PageError.noSuchJob }
        guard view.state == .succeeded else {
            throw PageError.http(.conflict, "not_finished", "This job has no text; look at its state.")
        }
        return view
    }

    private func text(_ id: JobID, _ scope: Owner?) async throws -> Transcript {
        _ = try await Self.finished(id, scope, ports)
        guard
            let transcript = try await PageError.guarded({
                try await ports.transcriptions.transcript(of: id, owner: scope)
            })
        else { throw PageError.textGone }
        return transcript
    }

    // MARK: - Reading

    /// `GET /ui/jobs/{id}`.
    func transcript(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let scope = try request.visitor.scope
        let id = try Self.id(parameters)
        let view = try await Self.finished(id, scope, ports)
        guard
            let machine = try await PageError.guarded({
                try await ports.transcriptions.machineTranscript(of: id, owner: scope)
            })
        else { throw PageError.textGone }
        let review = try await PageError.guarded { try await ports.reviews.review(of: id) }
        return try ListHandlers.fresh(TranscriptBody(view, machine, review, isReadOnly: false))
    }

    /// `GET /ui/jobs/{id}/cues`: subtitles as they would be exported.
    func cues(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let transcript = try await text(try Self.id(parameters), try request.visitor.scope)
        let cues = transcript.cues(shape: try Self.shape(request), speakerLabels: true)
        return try ListHandlers.fresh(["cues": cues.map(CueBody.init)])
    }

    private struct CueBody: Encodable {
        let start: Double
        let end: Double
        let lines: [String]

        init(_ cue: Cue) {
            start = Double(cue.start) / 1000
            end = Double(cue.end) / 1000
            lines = cue.lines
        }
    }

    /// `line`, `lines`, `cps`, `min` and `max` of the query.
    private static func shape(_ request: HTTPRequest) throws(HTTPError) -> SubtitleShape {
        let usual = SubtitleShape()
        func number(_ name: String, _ range: ClosedRange<Double>, _ usual: Double) throws(HTTPError) -> Double {
            guard let text = request.queryItems[name] else { return usual }
            guard let value = Double(text), range.contains(value) else {
                throw PageError.http(
                    .badRequest, "bad_field",
                    "The field “\(name)” must be from \(range.lowerBound) to \(range.upperBound).")
            }
            return value
        }
        return SubtitleShape(
            maxLineLength: Int(try number("line", 10...120, Double(usual.maxLineLength))),
            maxLines: Int(try number("lines", 1...4, Double(usual.maxLines))),
            minimumDuration: try number("min", 0.1...10, 0.833), maximumDuration: try number("max", 1...60, 7),
            charactersPerSecond: try number("cps", 5...60, usual.charactersPerSecond))
    }

    // MARK: - Taking away

    /// `GET /ui/jobs/{id}/export?format=`: a file to save.
    func export(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let scope = try request.visitor.scope
        let id = try Self.id(parameters)
        let view = try await Self.finished(id, scope, ports)
        let transcript = try await text(id, scope)
        let name = request.queryItems["format"] ?? "txt"
        let showsTimes = request.queryItems["times"] != "false"
        if name == "docx" {
            let bytes = WordDocument.render(transcript, title: view.job.name, showsTimes: showsTimes)
            return Self.file(.bytes(bytes), WordDocument.mediaType, Self.fileName(view.job.name, "docx"))
        }
        guard let format = try? OutputFormat(parsing: name) else {
            throw PageError.http(.badRequest, "bad_field", "There is no such format.")
        }
        let options = RenderingOptions(
            subtitleShape: try Self.shape(request), includesWords: request.queryItems["words"] == "true",
            showsTimes: showsTimes, title: view.job.name)
        return Self.file(
            .text(transcript.rendered(as: format, options: options)), format.mediaType,
            Self.fileName(view.job.name, format.fileExtension))
    }

    private static func file(_ body: OutgoingBody, _ type: String, _ name: String) -> HTTPResponse {
        HTTPResponse(
            .ok,
            fields: [
                .contentType: type, .contentDisposition: FileNames.disposition("attachment", name),
                .cacheControl: "private, no-store", HTTPFieldName("X-Content-Type-Options"): "nosniff",
            ], body: body)
    }

    /// The medium's name with another ending.
    static func fileName(_ name: String, _ ending: String) -> String {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let isEnding = parts.count > 1 && (1...4).contains(parts[parts.count - 1].count) && parts[0] != ""
        let stem = isEnding ? parts.dropLast().joined(separator: ".") : name
        return "\(stem.prefix(140)).\(ending)"
    }

    // MARK: - Deleting

    /// `DELETE /ui/jobs/{id}?what=media|text|all`.
    func delete(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let scope = try request.visitor.scope
        let id = try Self.id(parameters)
        let what = request.queryItems["what"] ?? "all"
        switch what {
        case "media", "text":
            let shed = try await PageError.guarded {
                try await ports.transcriptions.shed(id, owner: scope, media: what == "media", text: what == "text")
            }
            switch shed {
            case .notFound: throw PageError.noSuchJob
            case .unfinished:
                throw PageError.http(.conflict, "not_finished", "This job is still worked on; cancel it first.")
            case .done: break
            }
        case "all":
            // Its text may not be answered from the cache either.
            _ = try await PageError.guarded {
                try await ports.transcriptions.shed(id, owner: scope, media: true, text: true)
            }
            let isGone = try await PageError.guarded { try await ports.transcriptions.delete(id, owner: scope) }
            guard isGone else { throw PageError.noSuchJob }
        default: throw PageError.http(.badRequest, "bad_field", "The field “what” must be media, text or all.")
        }
        return HTTPResponse(.noContent)
    }
}
