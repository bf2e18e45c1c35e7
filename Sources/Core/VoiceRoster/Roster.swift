public import Diarization
public import Jobs
public import Transcription

/// The port to listening, outside of any job.
public protocol VoiceEars: Sendable {
    /// The voice of a clip in which one person speaks, and the clip's seconds. Throws `DecodingError`, `EngineError`.
    func voice(of clip: any MediaSource, longest: Double) async throws -> (voice: HeardVoice?, seconds: Double)
    /// The voices of stretches of a medium, by label; seconds from its beginning.
    func voices(
        of media: any MediaSource, track: Int?, _ stretches: [String: [ClosedRange<Double>]]
    ) async throws -> [String: HeardVoice]
}

/// Who may be recognised by voice: by consent, each owner's list for themselves.
public struct Roster: Sendable {
    public static let longestName = 80
    /// Characters.
    public static let longestConsent = 500
    /// Seconds.
    public static let leastSpeech = 2.0
    public static let longestClip = 600.0
    /// People in one list.
    public static let most = 100

    public let store: any RosterStore
    public let ears: any VoiceEars
    private let clock: any JobClock

    public init(_ store: any RosterStore, _ ears: any VoiceEars, clock: any JobClock) {
        self.store = store
        self.ears = ears
        self.clock = clock
    }

    /// A name and a consent as they are kept. Throws before anything is listened to.
    public func check(name: String, by: String, words: String) throws(RosterRefusal) -> RosteredVoice.Consent {
        guard (1...Self.longestName).contains(name.count), !name.hasPrefix("SPEAKER_") else { throw .badName }
        let hasWords = [by, words].allSatisfy { text in
            text.count <= Self.longestConsent && text.contains { !$0.isWhitespace }
        }
        guard hasWords else { throw .noConsent }
        return RosteredVoice.Consent(by: by, at: clock.now().wall, words: words)
    }

    /// Adds the voice of a clip. Throws `RosterRefusal`, `RosterStoreError`, `DecodingError`, `EngineError`.
    public func enrol(
        _ name: String, _ consent: RosteredVoice.Consent, clip: any MediaSource, owner: Owner
    ) async throws -> RosteredVoice {
        do {
            return try await enrol(
                name, consent, heard: try await ears.voice(of: clip, longest: Self.longestClip).voice, owner: owner)
        } catch let error as DecodingError where error.code == .tooLong {
            throw RosterRefusal.tooLong
        }
    }

    /// Adds a voice that was heard.
    public func enrol(
        _ name: String, _ consent: RosteredVoice.Consent, heard: HeardVoice?, owner: Owner
    ) async throws -> RosteredVoice {
        guard let heard else { throw RosterRefusal.silent }
        guard heard.seconds >= Self.leastSpeech else { throw RosterRefusal.tooShort }
        var generator = SystemRandomNumberGenerator()
        let voice = RosteredVoice(
            id: JobID.random(using: &generator).text, owner: owner, name: name, consent: consent, print: heard.print,
            seconds: heard.seconds, createdAt: clock.now().wall)
        try await store.add(voice) { others in
            guard others.count < Self.most else { throw RosterRefusal.full }
            let known = (others + [voice]).map { KnownVoice(name: $0.name, print: $0.print) }
            if VoiceMatching.clash(known) != nil { throw RosterRefusal.sameVoice }
        }
        return voice
    }

    /// Who of the list is among these voices; everybody else stays unknown.
    public func recognise(
        _ heard: [String: HeardVoice], owner: Owner
    ) async throws -> [String: VoiceMatching.Match] {
        let known = try await store.voices(of: owner).map { KnownVoice(name: $0.name, print: $0.print) }
        return VoiceMatching.matches(heard.filter { $0.value.seconds >= Self.leastSpeech }.mapValues(\.print), known)
    }
}
