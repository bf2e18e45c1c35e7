import Accounts
import Diarization
import FoundationEssentials
import HTTPRouting
import HTTPTypes
import Jobs
import Review
import Scheduling
import Transcription
import Transcripts
import VoiceRoster

/// People who agreed to be recognised by their voices: each owner's list for themselves.
struct VoiceHandlers: Sendable {
    /// Bytes of a request: ten minutes of plain samples as text.
    private static let longestBody = 32 << 20

    let ports: WebUI.Ports
    let desk: ReviewDesk

    private struct VoiceBody: Encodable {
        struct Consent: Encodable {
            let by: String
            let at: Double
            let words: String
        }

        let id: String
        let name: String
        let consent: Consent
        let seconds: Double
        let created: Double

        init(_ voice: RosteredVoice) {
            id = voice.id
            name = voice.name
            consent = Consent(by: voice.consent.by, at: voice.consent.at, words: voice.consent.words)
            seconds = (voice.seconds * 10).rounded() / 10
            created = voice.createdAt
        }
    }

    private struct Wish: Decodable {
        struct Consent: Decodable {
            let by: String
            let words: String
        }

        let name: String
        let consent: Consent?
        let job: String?
        let speaker: String?
        /// Media as Base64.
        let clip: String?
    }

    private func roster() throws(HTTPError) -> Roster {
        guard let roster = ports.roster else {
            throw PageError.http(
                .forbidden, "voices_off", "Voices are not recognised here; STENTOR_VOICE_ROSTER=true allows it.")
        }
        return roster
    }

    // MARK: - The list

    /// `GET /voices`.
    func list(_ request: HTTPRequest) async throws -> HTTPResponse {
        let owner = try request.visitor.owner
        let roster = try roster()
        let voices = try await Self.guarded { try await roster.store.voices(of: owner) }
        return try ListHandlers.fresh(["voices": voices.map(VoiceBody.init)])
    }

    /// `POST /voices`: from a speaker of a job whose media is kept, or from a clip.
    func enrol(_ request: HTTPRequest) async throws -> HTTPResponse {
        let owner = try request.visitor.owner
        let roster = try roster()
        let wish = try await request.json(as: Wish.self, limit: Self.longestBody)
        let voice = try await Self.guarded {
            let name = SpeakerNames.plain(wish.name) ?? ""
            let consent = try roster.check(
                name: name, by: wish.consent?.by ?? "", words: wish.consent?.words ?? "")
            if let clip = wish.clip {
                guard let bytes = Base64.decode(clip), !bytes.isEmpty else {
                    throw PageError.http(.unprocessableContent, "bad_clip", "The field “clip” must be Base64.")
                }
                let medium = try await ports.transcriptions.spool(atMost: Int64(bytes.count))
                try await medium.append(bytes)
                _ = try await medium.complete()
                return try await roster.enrol(name, consent, clip: medium, owner: owner)
            }
            guard let id = wish.job.flatMap({ JobID($0) }), let label = wish.speaker else {
                throw PageError.http(
                    .unprocessableContent, "bad_voice", "Name a “job” and one “speaker” of it, or send a “clip”.")
            }
            let heard = try await heard(in: id, owner, roster, only: label)
            guard let voice = heard[label] else {
                throw PageError.http(.notFound, "no_such_speaker", "This job has no such speaker.")
            }
            return try await roster.enrol(name, consent, heard: voice, owner: owner)
        }
        var response = try ListHandlers.fresh(VoiceBody(voice))
        response.status = .created
        return response
    }

    /// `DELETE /voices/{id}`: the voice, and the name wherever it was written.
    func forget(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let owner = try request.visitor.owner
        let roster = try roster()
        let gone = try await Self.guarded { try await roster.store.forget(parameters["id"], of: owner) }
        guard let gone else { throw PageError.http(.notFound, "no_such_voice", "There is no voice with this id.") }
        let left = try await Self.guarded { try await roster.store.voices(of: owner) }
        // Another clip of the same person may still be there.
        if !left.contains(where: { $0.name == gone.name }) { try await erase(gone.name, of: owner) }
        return HTTPResponse(.noContent)
    }

    private func erase(_ name: String, of owner: Owner) async throws {
        try await PageError.guarded {
            let query = JobQuery(owner: owner, states: [.succeeded], limit: .max)
            let views = try await ports.transcriptions.jobs(query)
            let changed = Set(try await ports.reviews.forget(name: name, in: views.map(\.job.id)))
            for view in views where changed.contains(view.job.id) { try await desk.refresh(view) }
            try await ports.reviews.wipe()
        }
    }

    // MARK: - Recognising

    private struct Found: Encodable {
        let label: String
        /// `nil` is unknown.
        let name: String?
        let similarity: Double?
    }

    /// `POST /job/{id}/speakers/recognise`: names speakers who are in the list; names that were given stay.
    func recognise(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        let owner = try request.visitor.owner
        let roster = try roster()
        let id = try TranscriptHandlers.id(parameters)
        let view = try await TranscriptHandlers.finished(id, owner, ports)
        let heard = try await Self.guarded { try await self.heard(in: id, owner, roster, only: nil) }
        let matches = try await Self.guarded { try await roster.recognise(heard, owner: owner) }
        let given = try await PageError.guarded { try await ports.reviews.review(of: id) }.speakers
        let names = matches.filter { given[$0.key] == nil }.mapValues(\.name)
        if !names.isEmpty {
            try await PageError.guarded {
                _ = try await ports.transcriptions.name(names, of: id, owner: owner)
                try await desk.refresh(view)
            }
        }
        let found = heard.keys.sorted().map { label in
            Found(
                label: label, name: matches[label]?.name,
                similarity: matches[label].map { ($0.similarity * 1000).rounded() / 1000 })
        }
        return try ListHandlers.fresh(["speakers": found])
    }

    /// The voices of a job's speakers, from its media.
    private func heard(
        in id: JobID, _ owner: Owner, _ roster: Roster, only label: String?
    ) async throws -> [String: HeardVoice] {
        guard let machine = try await ports.transcriptions.machineTranscript(of: id, owner: owner) else {
            throw PageError.noSuchJob
        }
        guard let (view, media) = try await ports.transcriptions.media(of: id, owner: owner) else {
            throw PageError.http(
                .gone, "media_gone", "The media is no longer kept; send the file again with “history”, or send a clip.")
        }
        var stretches: [String: [ClosedRange<Double>]] = [:]
        let turns = machine.speakerTurns.filter { !$0.isOverlapped }.map { ($0.speaker, $0.span) }
        let segments = machine.segments.compactMap { segment in segment.speaker.map { ($0, segment.span) } }
        for (speaker, span) in turns.isEmpty ? segments : turns
        where span.end > span.start && (label == nil || label == speaker) {
            stretches[speaker, default: []].append(span.start...span.end)
        }
        return try await roster.ears.voices(of: media, track: view.execution.order.track, stretches)
    }

    // MARK: - Errors

    private static func guarded<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await PageError.guarded(work)
        } catch let refusal as RosterRefusal {
            throw http(refusal)
        } catch RosterStoreError.refused(let refusal) {
            throw http(refusal)
        } catch RosterStoreError.noRoom {
            throw PageError.http(.insufficientStorage, "no_room", RosterStoreError.noRoom.description)
        } catch is RosterStoreError {
            throw PageError.http(.serviceUnavailable, "storage", "Voices cannot be kept now; try again.")
        } catch let error as DecodingError {
            throw PageError.http(.unprocessableContent, "bad_clip", error.description)
        } catch let error as EngineError {
            throw PageError.http(.serviceUnavailable, "engine", error.description)
        }
    }

    private static func http(_ refusal: RosterRefusal) -> HTTPError {
        switch refusal {
        case .sameVoice: PageError.http(.conflict, "same_voice", refusal.description)
        case .full: PageError.http(.conflict, "full", refusal.description)
        case .noConsent: PageError.http(.unprocessableContent, "no_consent", refusal.description)
        default: PageError.http(.unprocessableContent, "bad_voice", refusal.description)
        }
    }
}
