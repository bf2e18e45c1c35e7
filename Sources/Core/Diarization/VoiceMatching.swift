/// A voice with the name of the person it belongs to.
public struct KnownVoice: Sendable, Hashable {
    public var name: String
    /// Of length 1.
    public var print: [Float]

    public init(name: String, print: [Float]) {
        self.name = name
        self.print = print
    }
}

/// Finds known voices among those that were heard: a closed list, everybody else stays unknown.
public enum VoiceMatching {
    /// The cosine from which on two voices are one person’s: halves of one person’s speech in the AMI meetings come to
    /// 0.86 and more, two people to 0.80 at most.
    public static let threshold: Float = 0.82
    /// Two clips that are this similar hold one voice, whoever is said to speak.
    public static let sameVoice: Float = 0.97

    public struct Match: Sendable, Hashable {
        public var name: String
        public var similarity: Double
    }

    public static func similarity(_ a: [Float], _ b: [Float]) -> Float {
        a.count == b.count ? dot(a, b) : -1
    }

    /// The most similar pairs first; each name for one voice only, and each voice with one name.
    public static func matches<Label: Hashable & Comparable & Sendable>(
        _ heard: [Label: [Float]], _ known: [KnownVoice], threshold: Float = threshold
    ) -> [Label: Match] {
        var pairs: [(label: Label, name: String, similarity: Float)] = []
        for (label, print) in heard {
            for voice in known {
                let value = similarity(print, voice.print)
                if value >= threshold { pairs.append((label, voice.name, value)) }
            }
        }
        pairs.sort { ($1.similarity, $0.label, $0.name) < ($0.similarity, $1.label, $1.name) }
        var result: [Label: Match] = [:]
        var taken: Set<String> = []
        for pair in pairs where result[pair.label] == nil && !taken.contains(pair.name) {
            result[pair.label] = Match(name: pair.name, similarity: Double(pair.similarity))
            taken.insert(pair.name)
        }
        return result
    }

    /// Two names for one voice, if there are any.
    public static func clash(_ known: [KnownVoice]) -> (String, String)? {
        for (index, voice) in known.enumerated() {
            for other in known[..<index]
            where other.name != voice.name && similarity(voice.print, other.print) >= sameVoice {
                return (other.name, voice.name)
            }
        }
        return nil
    }
}
