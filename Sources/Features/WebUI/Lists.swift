import Accounts
import HTTPRouting
import HTTPTypes
import Jobs
import Review
import Scheduling

/// What is in work, and what is done.
struct ListHandlers: Sendable {
    private static let longest = 1000

    let ports: WebUI.Ports
    let desk: ReviewDesk

    struct ItemBody: Encodable {
        let id: String
        let name: String
        /// `queued`, `running`, `succeeded`, `failed` or `cancelled`.
        let state: String
        let batch: String?
        let created: Double
        let finished: Double?
        var stage: String?
        var progress: Double?
        var eta: Double?
        var position: Int?
        var text: String?
        var error: Reason?
        let has_media: Bool
        var can_retry: Bool?
        var summary: TextSummary?
        var excerpt: String?

        struct Reason: Encodable {
            let code: String
            let message: String
        }

        init(_ view: JobView) {
            id = view.job.id.text
            name = view.job.name
            state = view.state == .waiting ? "queued" : view.state.rawValue
            batch = view.job.batch?.text
            created = view.job.createdAt
            finished = view.state.isFinal ? view.execution.finishedAt : nil
            if case .kept = view.execution.media { has_media = true } else { has_media = false }
            guard view.state == .failed || view.state == .cancelled else { return }
            can_retry = view.execution.media != nil
            error = view.execution.failure.map { Reason(code: $0.code, message: $0.description) }
        }
    }

    private struct ListBody: Encodable {
        let jobs: [ItemBody]
    }

    /// `GET /ui/jobs`: the visitor's own, newest first; what is in work with how far it is.
    func jobs(_ request: HTTPRequest) async throws -> HTTPResponse {
        let owner = try request.visitor.owner
        let limit = try Self.limit(request, 60)
        let views = try await PageError.guarded {
            try await ports.transcriptions.jobs(JobQuery(owner: owner, limit: limit))
        }
        let summaries = try await PageError.guarded { try await desk.summaries(of: views) }
        var items: [ItemBody] = []
        for view in views {
            var item = ItemBody(view)
            item.summary = summaries[view.job.id]
            if !view.state.isFinal,
                let live = try await PageError.guarded({
                    try await ports.transcriptions.progress(of: view.job.id, owner: owner)
                })
            {
                (item.stage, item.progress, item.eta) = (live.stage.rawValue, live.progress, live.eta)
                (item.position, item.text) = (live.position, live.partialText)
            }
            items.append(item)
        }
        return try Self.fresh(ListBody(jobs: items))
    }

    /// `GET /ui/history?q=&limit=`: texts that are done, or those in which words occur, the best first.
    func history(_ request: HTTPRequest) async throws -> HTTPResponse {
        let owner = try request.visitor.owner
        let limit = try Self.limit(request, 200)
        let query = request.queryItems["q"] ?? ""
        let views = try await PageError.guarded {
            try await ports.transcriptions.jobs(
                JobQuery(owner: owner, states: [.succeeded], limit: query.isEmpty ? limit : Self.longest))
        }
        let summaries = try await PageError.guarded { try await desk.summaries(of: views) }
        guard !query.isEmpty else {
            return try Self.fresh(
                ListBody(
                    jobs: views.map { view in
                        var item = ItemBody(view)
                        item.summary = summaries[view.job.id]
                        return item
                    }))
        }
        let hits = try await PageError.guarded {
            try await ports.reviews.search(query, owner: owner, limit: limit)
        }
        var items: [ItemBody] = []
        for hit in hits {
            guard
                let view = try await PageError.guarded({ try await ports.transcriptions.job(hit.job, owner: owner) })
            else { continue }
            var item = ItemBody(view)
            item.summary = summaries[hit.job]
            item.excerpt = hit.excerpt
            items.append(item)
        }
        return try Self.fresh(ListBody(jobs: items))
    }

    private static func limit(_ request: HTTPRequest, _ usual: Int) throws(HTTPError) -> Int {
        guard let text = request.queryItems["limit"] else { return usual }
        guard let number = Int(text), (1...longest).contains(number) else {
            throw PageError.http(.badRequest, "bad_field", "The field “limit” must be from 1 to \(longest).")
        }
        return number
    }

    static func fresh(_ body: some Encodable) throws -> HTTPResponse {
        var response = try HTTPResponse.json(body)
        response.fields[.cacheControl] = "private, no-store"
        return response
    }
}
