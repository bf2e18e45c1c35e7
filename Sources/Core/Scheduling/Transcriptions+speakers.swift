public import Jobs
internal import Review
public import Transcription
public import Transcripts

extension Transcriptions {
    /// Voices that a request brings along, to be named in its text.
    public func learn(_ voices: [SpeakerReference]) async throws(JobFailure) -> KnownSpeakers {
        guard let references else {
            throw JobFailure(
                .permanent, code: "bad_reference", "This server does not know voices; leave the known speakers out.")
        }
        return try await references.learn(voices)
    }

    public struct Named: Sendable {
        /// With its names; every rendering has them from now on.
        public var transcript: Transcript
        /// The machine's labels.
        public var labels: [String]
        /// Labels that were named and are not there.
        public var unknown: [String]
    }

    /// Names speakers of a finished job; names that were given before stay. `nil` where there is no text.
    /// - Parameter owner: whose job it must be; `nil` is anybody's.
    /// Throws `ReviewStoreError`, `JobStoreError`.
    public func name(
        _ names: [String: String], of id: JobID, owner: Owner?
    ) async throws -> Named? {
        guard let reviews, let machine = try await machineTranscript(of: id, owner: owner) else { return nil }
        let wall = parts.clock.now().wall
        let labels = SpeakerNames.labels(of: machine)
        let review = try await reviews.change(id) { _ = try $0.addNames(names, to: machine, at: wall) }
        return Named(
            transcript: machine.reviewed(by: review), labels: labels,
            unknown: names.keys.filter { !labels.contains($0) }.sorted())
    }
}
