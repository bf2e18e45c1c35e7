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

/// How far a job is: the same object by request, WebSocket and event stream.
struct ProgressBody: Encodable {
    let job_id: String
    let task_id: String
    let stage: String
    let progress: Double
    let message: String
    let eta_seconds: Double?
    let start_time: Double
    let text: String?
    let position: Int?
    let error: Failure?

    struct Failure: Encodable {
        let code: String
        let message: String
    }

    init(_ progress: JobProgress) {
        job_id = progress.job.text
        task_id = progress.job.text
        stage = progress.stage.rawValue
        self.progress = (progress.progress * 10).rounded() / 10
        message = progress.message
        eta_seconds = progress.eta.map { ($0 * 10).rounded() / 10 }
        start_time = (progress.startTime * 100).rounded() / 100
        text = progress.partialText
        position = progress.position
        error = progress.failure.map { Failure(code: $0.code, message: $0.description) }
    }

    enum CodingKeys: String, CodingKey {
        case job_id, task_id, stage, progress, message, eta_seconds, start_time, text, position, error
    }

    /// `eta_seconds` is there even when nobody knows it; what does not apply is left out.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(job_id, forKey: .job_id)
        try container.encode(task_id, forKey: .task_id)
        try container.encode(stage, forKey: .stage)
        try container.encode(progress, forKey: .progress)
        try container.encode(message, forKey: .message)
        try container.encode(eta_seconds, forKey: .eta_seconds)
        try container.encode(start_time, forKey: .start_time)
        try container.encodeIfPresent(text, forKey: .text)
        try container.encodeIfPresent(position, forKey: .position)
        try container.encodeIfPresent(error, forKey: .error)
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
