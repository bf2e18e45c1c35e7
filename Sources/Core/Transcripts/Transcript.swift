/// What was said in one media file, when, and what could not be heard: the one result every output format is made from.
public struct Transcript: Sendable, Hashable {
    /// Seconds from the start of the media to the end of what was decoded.
    public var duration: Double
    /// BCP 47 language of the speech, when it was given or recognised.
    public var language: String?
    /// The engine that recognised, as users name it in `TRANSCRIPTION_PROVIDER` (`sphinx`, `sherpa` …).
    public var engine: String
    /// The model of that engine.
    public var model: String
    public var segments: [Segment]
    /// Every second of the audio, in order and without a gap: speech, silence, or skipped and why.
    public var timeline: [Stretch]
    /// Sentences for people: what this result is not, and how to get a better one.
    public var warnings: [String]
    /// Who recognised which part, when that were others than this machine; empty otherwise.
    public var parts: [TranscriptPart]
    /// Who speaks when, where speakers were told apart by their sound; in order of their beginning.
    public var speakerTurns: [SpokenTurn]

    public init(
        duration: Double, language: String? = nil, engine: String, model: String, segments: [Segment] = [],
        timeline: [Stretch] = [], warnings: [String] = [], parts: [TranscriptPart] = [],
        speakerTurns: [SpokenTurn] = []
    ) {
        self.duration = duration
        self.language = language
        self.engine = engine
        self.model = model
        self.segments = segments
        self.timeline = timeline
        self.warnings = warnings
        self.parts = parts
        self.speakerTurns = speakerTurns
    }

    /// The whole text on one line: the segments' texts with single spaces between them.
    public var text: String {
        segments.map(\.text).filter { !$0.isEmpty }.joined(separator: " ")
    }
}

/// A part of the audio that one request to one provider recognised.
public struct TranscriptPart: Sendable, Hashable {
    public var span: TimeSpan
    public var engine: String
    public var model: String
    /// Seconds that were paid for.
    public var billedSeconds: Double
    /// US dollars, as far as the price is known.
    public var cost: Double

    public init(span: TimeSpan, engine: String, model: String, billedSeconds: Double = 0, cost: Double = 0) {
        self.span = span
        self.engine = engine
        self.model = model
        self.billedSeconds = billedSeconds
        self.cost = cost
    }
}

/// What one speaker says without a longer pause; turns of two speakers may overlap.
public struct SpokenTurn: Sendable, Hashable {
    public var span: TimeSpan
    public var speaker: String
    /// 0…1: how clearly this is this speaker and none of the others.
    public var confidence: Double
    /// Somebody else speaks at the same time.
    public var isOverlapped: Bool

    public init(span: TimeSpan, speaker: String, confidence: Double, isOverlapped: Bool = false) {
        self.span = span
        self.speaker = speaker
        self.confidence = confidence
        self.isOverlapped = isOverlapped
    }
}

/// A sentence or breath group: one line of the TXT output, one or more cues of subtitles.
public struct Segment: Sendable, Hashable {
    public var span: TimeSpan
    public var text: String
    /// The words in order; empty when the engine gives no word times and none were asked for.
    public var words: [Word]
    /// Who speaks (`SPEAKER_00` …), when speakers were asked for.
    public var speaker: String?
    /// What makes the text doubtful; empty for ordinary segments.
    public var flags: [SegmentFlag]

    public init(
        span: TimeSpan, text: String, words: [Word] = [], speaker: String? = nil, flags: [SegmentFlag] = []
    ) {
        self.span = span
        self.text = text
        self.words = words
        self.speaker = speaker
        self.flags = flags
    }

    /// The mean of the words' confidences, when any word has one.
    public var confidence: Double? {
        let known = words.compactMap(\.confidence)
        return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
}

/// One word (one character in scripts without spaces) with its time.
public struct Word: Sendable, Hashable {
    public var span: TimeSpan
    public var text: String
    /// 0…1, when the engine says it.
    public var confidence: Double?
    public var speaker: String?
    /// `true` when the engine gave no time for this word and it was placed inside its chunk's speech by length.
    public var isEstimated: Bool

    public init(
        span: TimeSpan, text: String, confidence: Double? = nil, speaker: String? = nil, isEstimated: Bool = false
    ) {
        self.span = span
        self.text = text
        self.confidence = confidence
        self.speaker = speaker
        self.isEstimated = isEstimated
    }
}

/// Why a segment's text is doubtful.
public enum SegmentFlag: String, Sendable, Hashable, Codable, CaseIterable {
    /// The same words again and again: a decoder in a loop.
    case repetition
    /// More words in a second than anyone speaks.
    case impossibleRate = "impossible_rate"
    /// The chunk was decoded a second time with other settings.
    case retried
}

/// One stretch of the time line and what became of it.
public struct Stretch: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case speech, silence, skipped
    }

    public var span: TimeSpan
    public var kind: Kind
    /// Why it was skipped; `nil` for speech and silence.
    public var reason: String?

    public init(span: TimeSpan, kind: Kind, reason: String? = nil) {
        self.span = span
        self.kind = kind
        self.reason = reason
    }
}
