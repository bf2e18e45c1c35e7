import Accounts
import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling
import Streaming
import Transcripts

/// The player's page, and the text of what it plays.
struct WatchHandler: Sendable {
    let ports: Links.Ports
    let wish: TranscriptionWish

    // MARK: - The page

    func page(_ parameters: PathParameters) async throws -> HTTPResponse {
        let link = parameters["link"]
        let record: LinkRecord
        do {
            record = try await ports.office.judged(link, .watch)
        } catch let error as HTTPError {
            // Somebody looks at it: words, not JSON.
            return HTTPResponse(error.status, fields: Self.pageFields, body: .text(WatchPage.html(error.message)))
        }
        guard let stream = ports.office.path(.stream, record), let download = ports.office.path(.download, record)
        else { throw HTTPError(.internalServerError, "The key for links is gone; restart the server.") }
        return HTTPResponse(
            .ok, fields: Self.pageFields,
            body: .text(WatchPage.html(record.file, link: link, stream: stream, download: download)))
    }

    private static let pageFields: HTTPFields = [
        .contentType: "text/html; charset=utf-8", .cacheControl: "private, no-store",
        HTTPFieldName("Content-Security-Policy"):
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        HTTPFieldName("Referrer-Policy"): "no-referrer", HTTPFieldName("X-Content-Type-Options"): "nosniff",
        HTTPFieldName("X-Robots-Tag"): "noindex",
    ]

    // MARK: - The text

    private struct StateBody: Encodable {
        struct Cue: Encodable {
            let start: Double
            let end: Double
            let speaker: String?
            let text: String
        }

        /// `none`, `queued`, `running`, `done` or `failed`.
        var state: String
        /// 0…100.
        var progress: Double?
        var message: String?
        var cues: [Cue]?
    }

    /// `GET /watch/{link}/transcript`: the text, or how far it is.
    func transcript(_ parameters: PathParameters) async throws -> HTTPResponse {
        let record = try await ports.office.judged(parameters["link"], .watch)
        var response = try HTTPResponse.json(try await state(of: record))
        response.fields[.cacheControl] = "private, no-store"
        return response
    }

    /// `GET /watch/{link}/subtitles.vtt`.
    func subtitles(_ parameters: PathParameters) async throws -> HTTPResponse {
        let record = try await ports.office.judged(parameters["link"], .watch)
        guard let view = try await known(record), view.state == .succeeded,
            let transcript = try await ports.transcriptions.transcript(of: view.job.id, owner: view.job.owner)
        else { throw HTTPError(.notFound, "There are no subtitles yet.") }
        return HTTPResponse(
            .ok,
            fields: [.contentType: OutputFormat.vtt.mediaType, .cacheControl: "private, no-store"],
            body: .text(transcript.rendered(as: .vtt)))
    }

    /// `POST /watch/{link}/transcribe`: begins it, once; asking again changes nothing.
    func start(_ parameters: PathParameters) async throws -> HTTPResponse {
        let record = try await ports.office.judged(parameters["link"], .watch)
        let view = try await known(record)
        if view == nil || view?.state == .failed || view?.state == .cancelled {
            guard record.file.size > 0 else { throw HTTPError(.unprocessableContent, "The file is empty.") }
            // A failed one makes room for another under the same name.
            if view != nil {
                _ = try await ports.transcriptions.delete(try Self.job(record), owner: Self.owner(record))
            }
            do {
                let admission = try await ports.transcriptions.submit(
                    address: ports.address(record.file), try draft(record), wish)
                await ports.transcriptions.release(admission)
            } catch let failure as JobFailure {
                throw HTTPError(.unprocessableContent, failure.description)
            } catch JobStoreError.tooManyWaiting(let seconds) {
                throw HTTPError(
                    .tooManyRequests, "Too many of its owner's files are waiting; try again later.",
                    fields: [.retryAfter: String(seconds)])
            } catch JobStoreError.idTaken {
                // Somebody else pressed the button at the same moment.
            }
        }
        return try HTTPResponse.json(try await state(of: record), status: .accepted)
    }

    private func state(of record: LinkRecord) async throws -> StateBody {
        guard let view = try await known(record) else { return StateBody(state: "none") }
        switch view.state {
        case .succeeded:
            guard let transcript = try await ports.transcriptions.transcript(of: view.job.id, owner: view.job.owner)
            else { return StateBody(state: "none") }
            try await remember(record, view)
            return StateBody(
                state: "done", progress: 100,
                cues: transcript.segments.map {
                    .init(start: $0.span.start, end: $0.span.end, speaker: $0.speaker, text: $0.text)
                })
        case .failed: return StateBody(state: "failed", message: view.execution.failure?.description)
        case .cancelled: return StateBody(state: "failed", message: "It was cancelled.")
        case .queued, .waiting, .running:
            let progress = try await ports.transcriptions.progress(of: view.job.id, owner: view.job.owner)
            return StateBody(
                state: view.state == .running ? "running" : "queued", progress: progress?.progress,
                message: progress?.message)
        }
    }

    // MARK: - Its job

    /// One job for each link: its name says so.
    private static func job(_ record: LinkRecord) throws -> JobID {
        guard let job = JobID("watch-" + record.id.text) else { throw HTTPError(.notFound, "There is no such job.") }
        return job
    }

    private static func owner(_ record: LinkRecord) -> Owner { Owner(record.owner) }

    private func draft(_ record: LinkRecord) throws -> JobDraft {
        JobDraft(id: try Self.job(record), owner: Self.owner(record), name: record.file.name, isDurable: true)
    }

    /// The link's job, or one made of what is known of the file from elsewhere: the bot, another link.
    private func known(_ record: LinkRecord) async throws -> JobView? {
        let (job, owner) = (try Self.job(record), Self.owner(record))
        if let view = try await ports.transcriptions.job(job, owner: owner) { return view }
        guard let order = try? await ports.transcriptions.order(of: wish),
            let key = try await ports.accounts.key(for: alias(record, order)),
            try await ports.transcriptions.recall(job, key: key, order, try draft(record))
        else { return nil }
        return try await ports.transcriptions.job(job, owner: owner)
    }

    private func alias(_ record: LinkRecord, _ order: TranscriptionOrder) -> FileAlias {
        FileAlias(
            uniqueID: record.file.uniqueID, bytes: record.file.size,
            options: ports.transcriptions.optionsDigest(order))
    }

    /// So that the bot and other links find it too.
    private func remember(_ record: LinkRecord, _ view: JobView) async throws {
        guard let key = view.execution.key else { return }
        let alias = alias(record, view.execution.order)
        guard try await ports.accounts.key(for: alias) != key else { return }
        try await ports.accounts.apply([.alias(alias, key: key, at: view.execution.finishedAt ?? view.job.createdAt)])
    }
}
