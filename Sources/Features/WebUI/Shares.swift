import Accounts
import FoundationEssentials
import HTTPRouting
import HTTPTypes
import Jobs
import Review
import Scheduling

/// One transcript shown to whoever has its link: to read, for a time, until it is withdrawn.
struct ShareHandlers: Sendable {
    private static let longestDays = 365.0
    private static let mostOfJob = 50

    let ports: WebUI.Ports
    let media: MediaHandler

    private struct ShareBody: Encodable {
        let token: String
        let path: String
        let has_media: Bool
        let created: Double
        let expires: Double
        let is_over: Bool

        init(_ share: Share, now: Double) {
            token = share.token
            path = WebUI.sharePrefix + share.token
            has_media = share.hasMedia
            created = share.createdAt
            expires = share.expiresAt
            is_over = share.expiresAt <= now
        }
    }

    private func bodies(_ id: JobID) async throws -> [ShareBody] {
        let now = ports.clock.now().wall
        return try await PageError.guarded { try await ports.reviews.shares(of: id) }.map { ShareBody($0, now: now) }
    }

    /// `GET /ui/jobs/{id}/shares`.
    func list(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let id = try TranscriptHandlers.id(parameters)
        _ = try await TranscriptHandlers.finished(id, try request.visitor.scope, ports)
        return try ListHandlers.fresh(["shares": try await bodies(id)])
    }

    private struct WishBody: Decodable {
        let days: Double
        let media: Bool?
    }

    /// `POST /ui/jobs/{id}/shares`.
    func publish(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let id = try TranscriptHandlers.id(parameters)
        let view = try await TranscriptHandlers.finished(id, try request.visitor.scope, ports)
        let wish = try await request.json(as: WishBody.self, limit: 1024)
        guard wish.days > 0, wish.days <= Self.longestDays else {
            throw PageError.http(.badRequest, "bad_field", "A link holds for up to \(Int(Self.longestDays)) days.")
        }
        guard try await bodies(id).count < Self.mostOfJob else {
            throw PageError.http(.conflict, "too_many", "This text has many links; withdraw some of them.")
        }
        var generator = SystemRandomNumberGenerator()
        let now = ports.clock.now().wall
        let share = Share(
            token: JobID.random(using: &generator).text, job: id, owner: view.job.owner,
            hasMedia: wish.media ?? false, createdAt: now, expiresAt: now + wish.days * 86_400)
        try await PageError.guarded { try await ports.reviews.publish(share) }
        return try ListHandlers.fresh(["shares": try await bodies(id)])
    }

    /// `DELETE /ui/jobs/{id}/shares/{token}`.
    func withdraw(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let id = try TranscriptHandlers.id(parameters)
        _ = try await TranscriptHandlers.finished(id, try request.visitor.scope, ports)
        let token = parameters["token"]
        guard try await PageError.guarded({ try await ports.reviews.withdraw(token, of: id) }) else {
            throw PageError.http(.notFound, "no_such_share", "There is no such link.")
        }
        return try ListHandlers.fresh(["shares": try await bodies(id)])
    }

    // MARK: - Who has the link

    private func opened(_ parameters: PathParameters) async throws -> Share {
        let token = parameters["token"]
        // An id's form: nothing else was ever given out, and nothing else is looked for.
        guard token.utf8.count == 26, JobID(token) != nil,
            let share = try await PageError.guarded({ try await ports.reviews.share(token) })
        else { throw PageError.http(.notFound, "no_such_share", "This link leads nowhere, or was withdrawn.") }
        guard share.expiresAt > ports.clock.now().wall else {
            throw PageError.http(.gone, "share_over", "This link has expired; ask for a new one.")
        }
        return share
    }

    /// `GET /share/{token}/transcript`.
    func transcript(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let share = try await opened(parameters)
        let view = try await TranscriptHandlers.finished(share.job, share.owner, ports)
        let machine = try await PageError.guarded {
            try await ports.transcriptions.machineTranscript(of: share.job, owner: share.owner)
        }
        guard let machine else { throw PageError.textGone }
        let review = try await PageError.guarded { try await ports.reviews.review(of: share.job) }
        return try ListHandlers.fresh(
            TranscriptBody(view, machine, review, isReadOnly: true, hasMedia: share.hasMedia))
    }

    /// `GET /share/{token}/media`.
    func playMedia(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let share = try await opened(parameters)
        guard share.hasMedia else {
            throw PageError.http(.forbidden, "text_only", "This link shows the text only.")
        }
        return try await media.answer(request, share.job, scope: share.owner)
    }
}
