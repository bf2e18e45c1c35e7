public import Jobs

/// Somebody who agreed to be recognised by voice, in one owner's list.
public struct RosteredVoice: Sendable, Hashable, Codable {
    /// Who agreed, to what, and when.
    public struct Consent: Sendable, Hashable, Codable {
        /// Who says so.
        public var by: String
        /// Seconds since 1970.
        public var at: Double
        /// The words they agreed with.
        public var words: String

        public init(by: String, at: Double, words: String) {
            self.by = by
            self.at = at
            self.words = words
        }
    }

    /// Cannot be guessed, and says nothing.
    public var id: String
    public var owner: Owner
    public var name: String
    public var consent: Consent
    /// Of length 1.
    public var print: [Float]
    /// Seconds of speech that it was made from.
    public var seconds: Double
    /// Seconds since 1970.
    public var createdAt: Double

    public init(
        id: String, owner: Owner, name: String, consent: Consent, print: [Float], seconds: Double, createdAt: Double
    ) {
        self.id = id
        self.owner = owner
        self.name = name
        self.consent = consent
        self.print = print
        self.seconds = seconds
        self.createdAt = createdAt
    }
}

/// Why a voice is not taken.
public enum RosterRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case badName, noConsent, silent, tooShort, tooLong, full
    /// Another name has this voice already.
    case sameVoice

    public var description: String {
        switch self {
        case .badName: "A name has 1 to \(Roster.longestName) characters and does not begin with SPEAKER_."
        case .noConsent: "Say who agreed and with which words: “consent” with “by” and “words”."
        case .silent: "Nobody speaks there; take something in which the person is heard."
        case .tooShort: "There are less than \(Int(Roster.leastSpeech)) seconds of speech; take something longer."
        case .tooLong: "A clip has at most \(Int(Roster.longestClip / 60)) minutes; cut it."
        case .full: "The list holds \(Roster.most) people already; forget one first."
        case .sameVoice: "Somebody else in the list has this voice; forget that one first, or take another clip."
        }
    }
}
