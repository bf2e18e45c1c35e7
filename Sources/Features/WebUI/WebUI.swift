import EventLoops
public import HTTPRouting
import HTTPTypes
public import Jobs
public import Review
public import Scheduling
public import Telemetry
public import VoiceRoster

/// The page: files become text here, and people work with it.
public struct WebUI: Sendable {
    /// What it reaches.
    public struct Ports: Sendable {
        public var transcriptions: Transcriptions
        public var reviews: any ReviewStore
        public var figures: any FigureStore
        public var metrics: Metrics
        public var clock: any JobClock
        public var sessions: any SessionOffice
        public var models: any ModelShelf
        public var keys: (any KeyDesk)?
        public var log: RecentLog
        /// Voices that may be recognised; `nil` where nobody's are.
        public var roster: Roster?
        /// Figures that only the composition knows.
        public var gauges: @Sendable () async -> [Metrics.Gauge]

        public init(
            transcriptions: Transcriptions, reviews: any ReviewStore, figures: any FigureStore, metrics: Metrics,
            clock: any JobClock, sessions: any SessionOffice, models: any ModelShelf, keys: (any KeyDesk)? = nil,
            log: RecentLog, roster: Roster? = nil, gauges: @escaping @Sendable () async -> [Metrics.Gauge]
        ) {
            self.transcriptions = transcriptions
            self.reviews = reviews
            self.figures = figures
            self.metrics = metrics
            self.clock = clock
            self.sessions = sessions
            self.models = models
            self.keys = keys
            self.log = log
            self.roster = roster
            self.gauges = gauges
        }
    }

    /// What the page says of the server.
    public struct About: Sendable {
        public var version: String
        /// Bytes of one file.
        public var largestFile: Int64
        /// There are resumable uploads at `/uploads`.
        public var hasUploads = false
        /// Seconds that media stays for playback.
        public var mediaKept: Double
        public var workers: Int
        /// `TRANSCRIPTION_PROVIDER` choices that would work now, `auto` aside.
        public var engines: [String]
        /// `off`, `polling` or `webhook`.
        public var telegram: String
        /// Services on the network that have a key.
        public var providers: [String]

        public init(
            version: String, largestFile: Int64, mediaKept: Double, workers: Int, engines: [String],
            telegram: String, providers: [String]
        ) {
            self.version = version
            self.largestFile = largestFile
            self.mediaKept = mediaKept
            self.workers = workers
            self.engines = engines
            self.telegram = telegram
            self.providers = providers
        }
    }

    /// Paths that need no key: what they show is for everybody, or the link itself is the permission.
    public static func isOpen(_ path: String) -> Bool {
        path == "/" || path == "/ui/state" || path == "/ui/session" || path.hasPrefix("/ui/assets/")
            || path.hasPrefix(sharePrefix)
    }

    /// The beginning of paths that must not be logged.
    public static let sharePrefix = "/share/"

    let ports: Ports
    let about: About
    private let assets: PageAssets
    private let desk: ReviewDesk
    private let pool: BlockingPool

    /// Throws when the assets that were compiled in are damaged.
    public init(_ ports: Ports, about: About) throws {
        self.ports = ports
        self.about = about
        assets = try PageAssets()
        desk = ReviewDesk(ports)
        pool = try BlockingPool(threads: 4, name: "page-media")
    }

    /// Adds what programs may use too.
    public func addRoutes(to router: inout Router) {
        let assets = assets
        router.get("/", PageOperations.page) { request, _ in assets.page(request) }
        router.put("/job/{id}/speakers", PageOperations.speakers, ReviewHandlers(ports: ports, desk: desk).setSpeakers)
        router.get("/job/{id}/speakers", PageOperations.listSpeakers, ReviewHandlers(ports: ports, desk: desk).speakers)
        let voices = VoiceHandlers(ports: ports, desk: desk)
        router.get("/voices", PageOperations.voices) { request, _ in try await voices.list(request) }
        router.post("/voices", PageOperations.enrol) { request, _ in try await voices.enrol(request) }
        router.delete("/voices/{id}", PageOperations.forgetVoice, voices.forget)
        router.post("/job/{id}/speakers/recognise", PageOperations.recognise, voices.recognise)
        router.get("/job/{id}/media", PageOperations.media, MediaHandler(ports: ports, pool: pool).answer)
    }

    /// Adds what is between the page and its server, and described nowhere: it changes with the page.
    public func addOwnRoutes(to router: inout Router) {
        let assets = assets
        router.get("/ui/assets/{hash}/{rest...}") { request, parameters in
            try assets.response(to: request, hash: parameters["hash"], name: parameters["rest"])
        }
        addSession(to: &router)
        addTranscripts(to: &router)
        addShares(to: &router)
        CareHandlers(ports: ports, about: about).addRoutes(to: &router)
    }

    /// Notes figures every minute until it is cancelled.
    public func run() async { await FigureKeeper(ports: ports).run() }

    private func addSession(to router: inout Router) {
        let session = SessionHandlers(ports: ports, about: about)
        router.get("/ui/state") { request, _ in try await session.state(request) }
        router.post("/ui/session") { request, _ in try await session.open(request) }
        router.delete("/ui/session") { request, _ in session.close(request) }
    }

    private func addTranscripts(to router: inout Router) {
        let lists = ListHandlers(ports: ports, desk: desk)
        router.get("/ui/jobs") { request, _ in try await lists.jobs(request) }
        router.get("/ui/history") { request, _ in try await lists.history(request) }
        let transcripts = TranscriptHandlers(ports: ports, desk: desk)
        router.get("/ui/jobs/{id}", transcripts.transcript)
        router.delete("/ui/jobs/{id}", transcripts.delete)
        router.get("/ui/jobs/{id}/cues", transcripts.cues)
        router.get("/ui/jobs/{id}/export", transcripts.export)
        let reviews = ReviewHandlers(ports: ports, desk: desk)
        router.put("/ui/jobs/{id}/segments/{number}", reviews.setText)
        router.post("/ui/jobs/{id}/undo") { try await reviews.step($0, $1, isUndo: true) }
        router.post("/ui/jobs/{id}/redo") { try await reviews.step($0, $1, isUndo: false) }
        router.get("/ui/jobs/{id}/changes", reviews.changes)
    }

    private func addShares(to router: inout Router) {
        let shares = ShareHandlers(ports: ports, media: MediaHandler(ports: ports, pool: pool))
        router.get("/ui/jobs/{id}/shares", shares.list)
        router.post("/ui/jobs/{id}/shares", shares.publish)
        router.delete("/ui/jobs/{id}/shares/{token}", shares.withdraw)
        let assets = assets
        router.get("/share/{token}") { request, _ in assets.page(request) }
        router.get("/share/{token}/transcript", shares.transcript)
        router.get("/share/{token}/media", shares.playMedia)
    }
}

/// The port to signing in: keys become cookies.
public protocol SessionOffice: Sendable {
    /// Keys are set, so that a visitor needs one.
    var needsKey: Bool { get }
    /// What proves a session, for somebody who shows a key; `nil` for an unknown key.
    func open(key: String) async throws -> String?
    /// Seconds that a session holds.
    var lifetime: Int { get }
}

/// The port to models: what is installed, what can be had, and getting it.
public protocol ModelShelf: Sendable {
    func models() async throws -> [ShelvedModel]
    /// Begins to fetch a model unless it is on its way; returns at once.
    func pull(_ name: String) async throws
}

/// A model as the page lists it.
public struct ShelvedModel: Sendable, Hashable, Encodable {
    public var name: String
    public var summary: String
    public var languages: [String]
    public var bytes: Int64
    public var licence: String
    /// `installed`, `available`, `pulling`, `failed` or `restricted` (its licence must be accepted at the console).
    public var state: String
    /// 0…1 while it is being fetched.
    public var progress: Double?
    public var problem: String?

    public init(
        name: String, summary: String, languages: [String], bytes: Int64, licence: String, state: String,
        progress: Double? = nil, problem: String? = nil
    ) {
        self.name = name
        self.summary = summary
        self.languages = languages
        self.bytes = bytes
        self.licence = licence
        self.state = state
        self.progress = progress
        self.problem = problem
    }
}

/// The port to keys that are kept by the server.
public protocol KeyDesk: Sendable {
    func keys() async throws -> [ListedKey]
    /// The secret is shown this once.
    func create(name: String, scopes: [String]) async throws -> (key: ListedKey, secret: String)
    func revoke(_ id: String) async throws -> Bool
    /// Scopes a key can have.
    var scopes: [String] { get }
}

public struct ListedKey: Sendable, Hashable, Encodable {
    public var id: String
    public var name: String
    public var scopes: [String]
    /// Seconds since 1970.
    public var created: Double
    public var lastUsed: Double?

    public init(id: String, name: String, scopes: [String], created: Double, lastUsed: Double? = nil) {
        self.id = id
        self.name = name
        self.scopes = scopes
        self.created = created
        self.lastUsed = lastUsed
    }
}
