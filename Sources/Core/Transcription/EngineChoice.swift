/// An engine with one model, ready to be used on this machine.
public struct EngineCandidate: Sendable, Hashable, Codable {
    /// What the choice knows of a model's quality, best first within a language.
    public enum Family: Int, Sendable, Hashable, Comparable, CaseIterable, Codable {
        case parakeet, whisperTurbo, whisperSmall, whisperBase, whisperTiny, senseVoice, moonshine, other, sphinx

        public static func < (left: Family, right: Family) -> Bool { left.rawValue < right.rawValue }
    }

    /// As in `TRANSCRIPTION_PROVIDER`.
    public var engine: String
    /// The model's name in the model library.
    public var model: String
    public var family: Family
    /// BCP 47 codes; empty when the model takes any.
    public var languages: [String]
    public var detectsLanguage: Bool
    /// Its licence limits what it may be used for: only by name, never by `auto`.
    public var isRestricted: Bool
    /// How many seconds of audio a second of this machine recognises, once measured here.
    public var measuredSpeed: Double?

    public init(
        engine: String, model: String, family: Family, languages: [String], detectsLanguage: Bool,
        isRestricted: Bool = false, measuredSpeed: Double? = nil
    ) {
        self.engine = engine
        self.model = model
        self.family = family
        self.languages = languages
        self.detectsLanguage = detectsLanguage
        self.isRestricted = isRestricted
        self.measuredSpeed = measuredSpeed
    }

    func knows(_ language: String) -> Bool { languages.isEmpty || languages.contains(language) }
}

/// Which engine and model a transcription uses, and why.
public struct EngineChoice: Sendable, Hashable {
    public let candidate: EngineCandidate
    /// One sentence for `doctor`.
    public let reason: String
    public let warnings: [String]
}

/// No engine here fits the wish; says what to do.
public struct EngineRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
}

/// Chooses among what is installed.
public struct EngineSelection: Sendable {
    /// A model that is slower than this is not worth its quality on this machine.
    static let slowestTurbo = 2.0

    private let candidates: [EngineCandidate]

    public init(_ candidates: [EngineCandidate]) {
        self.candidates = candidates
    }

    /// - Parameters:
    ///   - providers: `auto`, or engines in order of preference.
    ///   - model: an installed model by name, or `nil`.
    ///   - language: BCP 47, or `nil` when it is to be recognised.
    public func choose(
        providers: [String], model: String?, language: String?
    ) throws(EngineRefusal) -> EngineChoice {
        if let model { return try named(model, providers, language) }
        for provider in providers {
            let choice = provider == "auto" ? automatic(language) : preferred(provider, language)
            if let choice { return choice }
        }
        throw refusal(providers, language)
    }

    // MARK: - By name

    private func named(
        _ model: String, _ providers: [String], _ language: String?
    ) throws(EngineRefusal) -> EngineChoice {
        let allowed = candidates.filter { providers.contains("auto") || providers.contains($0.engine) }
        guard let found = allowed.first(where: { $0.model == model }) else {
            throw EngineRefusal(
                description: "The model “\(model)” is not installed for this engine: see “stentor models list”.")
        }
        if let language, !found.knows(language) {
            throw EngineRefusal(description: "The model “\(model)” does not know the language “\(language)”.")
        }
        return EngineChoice(candidate: found, reason: "\(model) was asked for by name.", warnings: [])
    }

    private func preferred(_ engine: String, _ language: String?) -> EngineChoice? {
        guard let best = best(candidates.filter { $0.engine == engine }, language) else { return nil }
        return EngineChoice(
            candidate: best, reason: "The engine \(engine) was asked for; \(best.model) is its best model here.",
            warnings: warnings(best, language))
    }

    // MARK: - Automatic

    private func automatic(_ language: String?) -> EngineChoice? {
        guard let best = best(candidates, language) else { return nil }
        let what = language.map { "the language “\($0)”" } ?? "a language that is not known before"
        return EngineChoice(
            candidate: best, reason: "\(best.model) is the best installed model for \(what).",
            warnings: warnings(best, language))
    }

    private func best(_ candidates: [EngineCandidate], _ language: String?) -> EngineCandidate? {
        // Of two forms of a Whisper model the one for the engine with kernels of its own is the faster.
        candidates.filter { isFit($0, language) }.min {
            ($0.family, $0.engine == "whisper" ? 0 : 1, $0.model) < (
                $1.family, $1.engine == "whisper" ? 0 : 1, $1.model
            )
        }
    }

    private func isFit(_ candidate: EngineCandidate, _ language: String?) -> Bool {
        if candidate.isRestricted { return false }
        if candidate.family == .whisperTurbo, (candidate.measuredSpeed ?? 0) < Self.slowestTurbo { return false }
        guard let language else { return candidate.detectsLanguage || candidate.family == .sphinx }
        return candidate.knows(language)
    }

    private func warnings(_ candidate: EngineCandidate, _ language: String?) -> [String] {
        guard language == nil, !candidate.detectsLanguage else { return [] }
        return ["The language was not given and cannot be recognised by this engine; English was assumed."]
    }

    private func refusal(_ providers: [String], _ language: String?) -> EngineRefusal {
        guard let language, !candidates.isEmpty else {
            return EngineRefusal(
                description: "No speech engine is installed: run “make setup”, or pull a model (“stentor models list”)."
            )
        }
        return EngineRefusal(
            description: "No installed model knows the language “\(language)”: “stentor models list” shows which do, "
                + "“stentor models pull NAME” installs one.")
    }
}
