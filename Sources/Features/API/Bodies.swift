import Jobs
import Scheduling
import Transcripts

/// A transcript as the own routes answer it.
struct TranscriptBody: Encodable {
    struct SegmentBody: Encodable {
        let id: Int
        let start: Double
        let end: Double
        let text: String
        let speaker: String?
        let confidence: Double?
        let words: [WordBody]?
    }

    struct WordBody: Encodable {
        let word: String
        let start: Double
        let end: Double
        let confidence: Double?
        let speaker: String?
    }

    let job_id: String
    /// The same value, for clients that know it by this name.
    let task_id: String
    let cached: Bool
    let formatted_text: String
    let full_text: String
    let language: String?
    let duration: Double
    let engine: String
    let model: String
    let segments: [SegmentBody]
    let warnings: [String]

    init(_ id: JobID, _ transcript: Transcript, cached: Bool, includesWords: Bool, warnings more: [String] = []) {
        job_id = id.text
        task_id = id.text
        self.cached = cached
        formatted_text = transcript.formattedText
        full_text = transcript.text
        language = transcript.language
        duration = Self.rounded(transcript.duration)
        engine = transcript.engine
        model = transcript.model
        warnings = transcript.warnings + more
        segments = transcript.segments.enumerated().map { number, segment in
            SegmentBody(
                id: number, start: Self.rounded(segment.span.start), end: Self.rounded(segment.span.end),
                text: segment.text, speaker: segment.speaker, confidence: segment.confidence.map(Self.rounded),
                words: includesWords ? segment.words.map(Self.word) : nil)
        }
    }

    private static func word(_ word: Word) -> WordBody {
        WordBody(
            word: word.text, start: rounded(word.span.start), end: rounded(word.span.end),
            confidence: word.confidence.map(rounded), speaker: word.speaker)
    }

    /// To the millisecond.
    static func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}

/// How far a job is: the same object by request, WebSocket and event stream. `eta_seconds` is there even when nobody
/// knows it; what does not apply is left out.
enum ProgressBody {
    struct Failure: Encodable {
        let code: String
        let message: String
    }

    static func fields(_ progress: JobProgress) throws -> JSONFields {
        var fields = JSONFields()
        fields.add("job_id", text: progress.job.text)
        fields.add("task_id", text: progress.job.text)
        fields.add("stage", text: progress.stage.rawValue)
        fields.add("progress", fraction: (progress.progress * 10).rounded() / 10)
        fields.add("message", text: progress.message)
        fields.add("eta_seconds", fraction: progress.eta.map { ($0 * 10).rounded() / 10 })
        fields.add("start_time", fraction: (progress.startTime * 100).rounded() / 100)
        if let text = progress.partialText { fields.add("text", text: text) }
        if let position = progress.position { fields.add("position", whole: position) }
        if let failure = progress.failure {
            try fields.add("error", json: Failure(code: failure.code, message: failure.description))
        }
        return fields
    }
}

/// A job in a list.
struct JobBody: Encodable {
    let job_id: String
    let name: String
    let status: String
    let lane: String
    let priority: Int
    let batch_id: String?
    let progress: Double
    let attempts: Int
    let created: Double
    let started: Double?
    let finished: Double?
    let error: ProgressBody.Failure?

    init(_ view: JobView, _ progress: JobProgress?) {
        job_id = view.job.id.text
        name = view.job.name
        status = view.state.word
        lane = view.execution.lane == .short ? "short" : "bulk"
        priority = view.job.priority
        batch_id = view.job.batch?.text
        let done = view.execution.progress
        let share = done.total.map { $0 > 0 ? done.done / $0 : 0 } ?? 0
        self.progress = progress?.progress ?? (view.state == .succeeded ? 100 : (share * 1000).rounded() / 10)
        attempts = view.execution.attempt
        created = view.job.createdAt
        started = view.execution.startedAt
        finished = view.execution.finishedAt
        error = view.execution.failure.map { .init(code: $0.code, message: $0.description) }
    }
}

extension ExecutionState {
    /// As clients of such services know it.
    var word: String {
        switch self {
        case .queued, .waiting: "queued"
        case .running: "processing"
        case .succeeded: "completed"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }
}
