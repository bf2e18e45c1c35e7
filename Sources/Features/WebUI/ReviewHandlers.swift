import Accounts
import HTTPRouting
import HTTPTypes
import Jobs
import Review
import Scheduling
import Transcripts

/// Changes to a finished text.
struct ReviewHandlers: Sendable {
    let ports: WebUI.Ports
    let desk: ReviewDesk

    /// Names by label, by themselves or under `speakers`.
    private struct SpeakersBody: Decodable {
        private enum CodingKeys: CodingKey { case speakers }

        let speakers: [String: String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            let wrapped = try? container.decode([String: String].self, forKey: .speakers)
            speakers = try wrapped ?? decoder.singleValueContainer().decode([String: String].self)
        }
    }

    private struct SpeakerBody: Encodable {
        let label: String
        let name: String?
        /// Of speech, as far as it is known.
        let seconds: Double
    }

    /// `GET /job/{id}/speakers`: the machine's labels, with their names.
    func speakers(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let scope = try request.visitor.scope
        let id = try TranscriptHandlers.id(parameters)
        _ = try await TranscriptHandlers.finished(id, scope, ports)
        let machine = try await PageError.guarded {
            try await ports.transcriptions.machineTranscript(of: id, owner: scope)
        }
        guard let machine else { throw PageError.textGone }
        let names = try await PageError.guarded { try await ports.reviews.review(of: id) }.speakers
        var seconds: [String: Double] = [:]
        for segment in machine.segments {
            guard let speaker = segment.speaker else { continue }
            seconds[speaker, default: 0] += segment.span.end - segment.span.start
        }
        let bodies = SpeakerNames.labels(of: machine).map {
            SpeakerBody(label: $0, name: names[$0], seconds: ((seconds[$0] ?? 0) * 1000).rounded() / 1000)
        }
        return try ListHandlers.fresh(["speakers": bodies])
    }

    /// `PUT /job/{id}/speakers`: names by label; two labels with one name are one person.
    func setSpeakers(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let names = try await request.json(as: SpeakersBody.self, limit: 64 << 10).speakers
        return try await change(request, parameters) { review, machine, wall in
            let labels = SpeakerNames.labels(of: machine)
            // An empty name gives the machine's back.
            let known = names.compactMapValues { SpeakerNames.plain($0) }.filter { labels.contains($0.key) }
            try review.setSpeakers(known, at: wall)
        }
    }

    private struct TextBody: Decodable {
        let text: String
        let was: String
    }

    /// `PUT /ui/jobs/{id}/segments/{number}`.
    func setText(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let body = try await request.json(as: TextBody.self, limit: 256 << 10)
        let number: Int = try parameters.require("number")
        return try await change(request, parameters) { review, machine, wall in
            guard machine.segments.indices.contains(number) else { throw ReviewRefusal.changedMeanwhile }
            try review.setText(
                SpeakerNames.plain(body.text) ?? "", of: number, was: body.was, machine: machine.segments[number].text,
                at: wall)
        }
    }

    private struct StepBody: Decodable { let version: Int }

    /// `POST /ui/jobs/{id}/undo` and `/redo`.
    func step(_ request: HTTPRequest, _ parameters: PathParameters, isUndo: Bool) async throws -> HTTPResponse {
        let version = try await request.json(as: StepBody.self, limit: 1024).version
        return try await change(request, parameters) { review, _, _ in
            if isUndo { try review.undo(from: version) } else { try review.redo(from: version) }
        }
    }

    /// One transaction: what is refused changes nothing.
    private func change(
        _ request: HTTPRequest, _ parameters: PathParameters,
        _ edit: @escaping @Sendable (inout Review, Transcript, Double) throws -> Void
    ) async throws -> HTTPResponse {
        let scope = try request.visitor.scope
        let id = try TranscriptHandlers.id(parameters)
        let view = try await TranscriptHandlers.finished(id, scope, ports)
        let machine = try await PageError.guarded {
            try await ports.transcriptions.machineTranscript(of: id, owner: scope)
        }
        guard let machine else { throw PageError.textGone }
        let wall = ports.clock.now().wall
        let review = try await PageError.guarded {
            try await ports.reviews.change(id) { try edit(&$0, machine, wall) }
        }
        try await PageError.guarded { try await desk.refresh(view) }
        return try ListHandlers.fresh(TranscriptBody(view, machine, review, isReadOnly: false))
    }

    private struct ChangeBody: Encodable {
        let at: Double
        let holds: Bool
        let segment: Int?
        let was: String?
        let text: String?
        let speakers: [String: String]?
    }

    /// `GET /ui/jobs/{id}/changes`: newest first.
    func changes(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let id = try TranscriptHandlers.id(parameters)
        _ = try await TranscriptHandlers.finished(id, try request.visitor.scope, ports)
        let review = try await PageError.guarded { try await ports.reviews.review(of: id) }
        let bodies = review.changes.enumerated().reversed().map { number, change in
            switch change.kind {
            case .text(let segment, let was, let text):
                ChangeBody(
                    at: change.at, holds: number < review.applied, segment: segment, was: was, text: text,
                    speakers: nil)
            case .speakers(let names):
                ChangeBody(
                    at: change.at, holds: number < review.applied, segment: nil, was: nil, text: nil,
                    speakers: names)
            }
        }
        return try ListHandlers.fresh(["changes": bodies])
    }

}
