public import Jobs
public import Transcription
public import Transcripts

/// What a request says about its job.
public struct JobDraft: Sendable, Hashable {
    /// Chosen by the client, so that it can watch before its upload ends.
    public var id: JobID?
    public var owner: Owner
    /// The name of the file, for people.
    public var name: String
    public var priority: Int
    public var batch: JobID?
    /// Where the end is announced; such a job is a promise.
    public var callback: JobCallback?
    /// The job outlives its connection: a promise.
    public var isDurable: Bool
    /// How long it stays for those who work on with it.
    public var keeping: Keeping

    public init(
        id: JobID? = nil, owner: Owner, name: String, priority: Int = 0, batch: JobID? = nil,
        callback: JobCallback? = nil,
        isDurable: Bool, keeping: Keeping = Keeping()
    ) {
        self.keeping = keeping
        self.id = id
        self.owner = owner
        self.name = name
        self.priority = priority
        self.batch = batch
        self.callback = callback
        self.isDurable = isDurable
    }
}

extension JobDraft {
    /// What, beside media and order, makes a request another one.
    var distinction: String { callback.map { "\(name)\n\($0.address)\n\($0.method.rawValue) \($0.form)" } ?? name }
}

/// What a request wants of its media.
public struct TranscriptionWish: Sendable, Hashable {
    public var engine: EngineWish
    public var prompt: String?
    /// Names and words to listen for.
    public var hotwords: [String]
    public var track: Int?
    /// Seconds.
    public var from: Double?
    public var to: Double?
    public var speakers: SpeakerWish?

    public init(
        engine: EngineWish, prompt: String? = nil, hotwords: [String] = [], track: Int? = nil, from: Double? = nil,
        to: Double? = nil,
        speakers: SpeakerWish? = nil
    ) {
        self.engine = engine
        self.prompt = prompt
        self.hotwords = hotwords
        self.track = track
        self.from = from
        self.to = to
        self.speakers = speakers
    }

    func order(_ assignment: EngineAssignment) -> TranscriptionOrder {
        var speakers = speakers
        speakers?.models = assignment.speakerModels
        return TranscriptionOrder(
            task: engine.task, language: engine.language, prompt: prompt, engine: assignment.engine,
            model: assignment.model, track: track, from: from, to: to, speakers: speakers,
            hotwords: hotwords.isEmpty ? nil : hotwords, warnings: assignment.warnings)
    }
}

/// What became of a request.
public enum Admission: Sendable {
    /// The transcript was known.
    case known(JobID, Transcript)
    /// It is queued, or joined what is; its ending will be told. `isOwn`: this request made the job, and may cancel it.
    /// `isHeld`: the ending is kept until this request releases it.
    case accepted(JobID, isOwn: Bool, isHeld: Bool)

    public var job: JobID {
        switch self {
        case .known(let id, _), .accepted(let id, _, _): id
        }
    }
}
