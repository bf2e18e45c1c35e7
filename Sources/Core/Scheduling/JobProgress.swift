public import Jobs

/// How far a job is, as its owner is told; never goes back.
public struct JobProgress: Sendable, Hashable {
    public enum Stage: String, Sendable, Hashable, CaseIterable {
        case queued, uploading, transcribing, diarizing, formatting, completed, error, cancelled

        public var isFinal: Bool { self == .completed || self == .error || self == .cancelled }
    }

    public var job: JobID
    public var stage: Stage
    /// 0…100.
    public var progress: Double
    /// One sentence.
    public var message: String
    /// Seconds until the result, when this machine has learned enough to say.
    public var eta: Double?
    /// Seconds since 1970.
    public var startTime: Double
    /// The end of the text so far.
    public var partialText: String?
    /// The text from its beginning that will not change any more; starts anew with another attempt.
    public var settledText: String?
    /// Executions before it, while it is queued.
    public var position: Int?
    public var failure: JobFailure?

    public init(job: JobID, stage: Stage, progress: Double, message: String, startTime: Double) {
        self.job = job
        self.stage = stage
        self.progress = progress
        self.message = message
        self.startTime = startTime
    }
}

/// What happens to a job on its way, as far as watchers are concerned.
public enum ProgressEvent: Sendable, Hashable, Codable {
    /// Bytes that have come, of how many in all.
    case uploading(Int64, of: Int64?)
    case queued(position: Int?)
    /// - Parameters:
    ///   - eta: seconds.
    ///   - settledText: the text from its beginning that will not change any more.
    ///   - speakers: the share of telling them apart that is done, when they were asked for.
    case transcribing(
        ExecutionProgress, eta: Double?, partialText: String?, settledText: String? = nil, speakers: Double? = nil)
    /// Taken back to try it again later.
    case waiting(JobFailure)
    case formatting
    case completed
    case failed(JobFailure)
    case cancelled
}

extension JobProgress {
    /// Recognition stands between 10 and this when no speakers are asked for,
    static let transcribed = 90.0
    /// and this when they are: then follows what is left of telling them apart.
    static let transcribedBeforeSpeakers = 50.0
    static let diarizing = 60.0...90.0

    /// Takes an event in. Returns `false` when there is nothing new to tell: after the end nothing happens any more.
    public mutating func apply(_ event: ProgressEvent) -> Bool {
        guard !stage.isFinal else { return false }
        let before = self
        switch event {
        case .uploading(let bytes, let total):
            if stage == .transcribing { return false }
            stage = .uploading
            let share = total.map { $0 > 0 ? Double(bytes) / Double($0) : 1 } ?? 0
            raise(to: 5 * min(share, 1))
            message = "Uploading"
        case .queued(let place):
            stage = .queued
            position = place
            message = place.map { $0 == 0 ? "Next in line" : "Waiting behind \($0) others" } ?? "Waiting"
        case .transcribing(let step, let seconds, let text, let settled, let speakers):
            position = nil
            let share = step.total.map { $0 > 0 ? min(1, step.done / $0) : 1 } ?? 0
            if let speakers, share >= 1 {
                stage = .diarizing
                let span = Self.diarizing
                raise(to: span.lowerBound + (span.upperBound - span.lowerBound) * min(max(speakers, 0), 1))
                message = "Telling speakers apart"
            } else {
                stage = .transcribing
                let end = speakers == nil ? Self.transcribed : Self.transcribedBeforeSpeakers
                raise(to: 10 + (end - 10) * share)
                message = Self.sentence(step)
            }
            eta = seconds
            partialText = text ?? partialText
            settledText = settled ?? settledText
        case .waiting(let reason):
            stage = .queued
            message = "Will be tried again: \(reason.description)"
            eta = nil
        case .formatting:
            stage = .formatting
            raise(to: 95)
            message = "Formatting"
            eta = 0
        case .completed:
            end(.completed, "Done")
            progress = 100
            eta = 0
        case .failed(let reason):
            end(.error, reason.description)
            failure = reason
        case .cancelled:
            end(.cancelled, "Cancelled")
        }
        return self != before
    }

    private mutating func raise(to value: Double) { progress = max(progress, value) }

    private mutating func end(_ final: Stage, _ sentence: String) {
        stage = final
        message = sentence
        position = nil
        eta = nil
    }

    private static func sentence(_ step: ExecutionProgress) -> String {
        let done = Int(step.done.rounded())
        guard let total = step.total else { return "\(done) s of audio done" }
        return "\(done) of \(Int(total.rounded())) s of audio done"
    }
}
