import Jobs
import Review
import Transcripts

/// A transcript as the page works with it: the machine's words with their times, and what its reader changed.
struct TranscriptBody: Encodable {
    /// Words are arrays, because there are thousands: text, start, end and, where it is known, confidence.
    struct WordBody: Encodable {
        let word: Word

        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(word.text)
            try container.encode(Self.rounded(word.span.start))
            try container.encode(Self.rounded(word.span.end))
            if let confidence = word.confidence { try container.encode(Self.rounded(confidence)) }
        }

        /// To the hundredth: what a player can seek to.
        static func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }
    }

    struct SegmentBody: Encodable {
        let start: Double
        let end: Double
        let speaker: String?
        let text: String
        /// The machine's text where it was changed.
        let was: String?
        let flags: [String]
        let words: [WordBody]
    }

    struct StretchBody: Encodable {
        let start: Double
        let end: Double
        let kind: String
        let reason: String?
    }

    let id: String
    let name: String
    let created: Double
    let duration: Double
    let language: String?
    let engine: String
    let model: String
    let warnings: [String]
    let has_media: Bool
    let is_read_only: Bool
    let segments: [SegmentBody]
    let timeline: [StretchBody]
    /// The machine's labels in the order of their first word.
    let labels: [String]
    /// What they are called.
    let speakers: [String: String]
    let version: Int
    let can_undo: Bool
    let can_redo: Bool
    let changes: Int

    /// - Parameter isReadOnly: shown to others; they see the result, not how it came about.
    init(_ view: JobView, _ machine: Transcript, _ review: Review, isReadOnly: Bool, hasMedia: Bool = true) {
        id = isReadOnly ? "" : view.job.id.text
        name = view.job.name
        created = view.job.createdAt
        duration = machine.duration
        language = machine.language
        engine = machine.engine
        model = machine.model
        warnings = machine.warnings
        is_read_only = isReadOnly
        if case .kept = view.execution.media { has_media = hasMedia } else { has_media = false }
        let texts = review.texts
        segments = machine.segments.enumerated().map { number, segment in
            let changed = texts[number].map { segment.saying($0) }
            let shown = changed ?? segment
            return SegmentBody(
                start: WordBody.rounded(segment.span.start), end: WordBody.rounded(segment.span.end),
                speaker: segment.speaker, text: shown.text,
                was: changed == nil || isReadOnly ? nil : segment.text, flags: segment.flags.map(\.rawValue),
                words: shown.words.map(WordBody.init))
        }
        timeline = machine.timeline.map {
            StretchBody(
                start: WordBody.rounded($0.span.start), end: WordBody.rounded($0.span.end), kind: $0.kind.rawValue,
                reason: $0.reason)
        }
        var labels: [String] = []
        for case .some(let label) in machine.segments.map(\.speaker) where !labels.contains(label) {
            labels.append(label)
        }
        self.labels = labels
        speakers = review.speakers
        version = review.version
        can_undo = !isReadOnly && review.canUndo
        can_redo = !isReadOnly && review.canRedo
        changes = isReadOnly ? 0 : review.changes.count
    }
}
