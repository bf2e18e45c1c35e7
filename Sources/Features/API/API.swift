public import Accounts
public import CloudRouting
public import HTTPRouting
public import HTTPTypes
public import Jobs
public import Multipart
public import Scheduling
public import Telemetry
public import Transcription
public import Uploads

/// Stentor's own routes and the job API.
public struct API: Sendable {
    /// What one request may bring.
    public struct Limits: Sendable {
        /// Bytes of one file.
        public var upload: Int64
        public var files: Int
        public var multipart = MultipartParser.Limits()
        /// What requests with `history` ask to keep.
        public var history = Keeping()

        public init(upload: Int64, files: Int) {
            self.upload = upload
            self.files = files
        }
    }

    /// What the server says of itself.
    public struct About: Sendable {
        public var version: String
        /// What `auto` would take for English.
        public var engine: String
        public var model: String
        /// `cpu` or `cuda`.
        public var device: String
        public var workers: Int
        /// Figures that only the composition knows: hosts, connections.
        public var gauges: @Sendable () async -> [Metrics.Gauge]
        /// The body of `GET /api/gpu-status`.
        public var gpuStatus: @Sendable () async throws -> HTTPResponse
        /// Models that clients may name.
        public var models: @Sendable () async -> [ModelEntry] = { [] }
        /// Seconds since 1970.
        public var now: @Sendable () -> Double = { 0 }
        /// What a transcription would take.
        public var estimate: @Sendable (any MediaSource, TranscriptionWish) async throws -> TranscriptionEstimate

        public init(
            version: String, engine: String, model: String, device: String, workers: Int,
            gauges: @escaping @Sendable () async -> [Metrics.Gauge],
            gpuStatus: @escaping @Sendable () async throws -> HTTPResponse,
            estimate:
                @escaping @Sendable (any MediaSource, TranscriptionWish) async throws -> TranscriptionEstimate
        ) {
            self.estimate = estimate
            self.version = version
            self.engine = engine
            self.model = model
            self.device = device
            self.workers = workers
            self.gauges = gauges
            self.gpuStatus = gpuStatus
        }
    }

    private let transcriptions: Transcriptions
    private let limits: Limits
    private let uploads: UploadDesk
    private let keys: KeyRegistry
    private let providers: [String]
    private let model: String?
    private let metrics: Metrics
    private let about: About
    private let watchPatience: Duration

    /// - Parameters:
    ///   - providers: `TRANSCRIPTION_PROVIDER`, for requests that name no engine.
    ///   - model: `STENTOR_MODEL`, the same.
    ///   - watchPatience: how long a WebSocket waits for a job that nobody has sent yet.
    public init(
        _ transcriptions: Transcriptions, uploads: UploadDesk, keys: KeyRegistry, limits: Limits, providers: [String],
        model: String?,
        metrics: Metrics,
        about: About, watchPatience: Duration = .seconds(60)
    ) {
        self.transcriptions = transcriptions
        self.uploads = uploads
        self.keys = keys
        self.limits = limits
        self.providers = providers
        self.model = model
        self.metrics = metrics
        self.about = about
        self.watchPatience = watchPatience
    }

    /// What pages of other origins may send with an upload in pieces, and read of its answers.
    public static let uploadRequestFields = Tus.requestFields
    public static let uploadResponseFields = Tus.responseFields

    /// Adds the routes. They expect a `Principal` in every request's attributes.
    public func addRoutes(to router: inout Router) {
        addTranscription(to: &router)
        addJobs(to: &router)
        addCare(to: &router)
        UploadHandlers(desk: uploads).addRoutes(to: &router)
        KeyHandlers(registry: keys).addRoutes(to: &router)
        Self.addDialects(
            DialectSetup(
                transcriptions: transcriptions, limits: limits, uploads: uploads, providers: providers, model: model),
            about,
            to: &router)
    }

    private func handler(_ manner: TranscribeHandler.Manner) -> Router.Handler {
        let handler = TranscribeHandler(
            transcriptions: transcriptions, limits: limits, uploads: uploads, providers: providers, model: model,
            manner: manner)
        return { request, _ in try await handler.answer(request) }
    }

    private func addTranscription(to router: inout Router) {
        router.post("/transcribe-file", OwnOperations.transcribe, handler(.init()))
        router.post(
            "/transcribe-file-diarize", OwnOperations.transcribeSpeakers, handler(.init(findsSpeakers: true)))
        router.post("/api/transcribe", OwnOperations.transcribe, handler(.init()))
        router.post("/api/transcribe/async", OwnOperations.promise, handler(.init(isAsync: true)))
        let estimate = EstimateHandler(
            transcriptions: transcriptions, limits: limits, providers: providers, model: model,
            estimate: about.estimate)
        router.post("/api/transcribe/estimate", OwnOperations.estimate) { request, _ in
            try await estimate.answer(request)
        }
    }

    private func addJobs(to router: inout Router) {
        let jobs = JobHandlers(transcriptions: transcriptions)
        let progress = ProgressHandlers(transcriptions: transcriptions, patience: watchPatience)
        router.get("/job/{id}", OwnOperations.progress, jobs.progress)
        router.delete("/job/{id}", OwnOperations.delete, jobs.delete)
        router.get("/job/{id}/result", OwnOperations.result, jobs.result)
        router.get("/job/{id}/events", OwnOperations.events, progress.events)
        router.post("/job/{id}/retry", OwnOperations.retry, jobs.retry)
        router.get("/jobs", OwnOperations.list, jobs.list)
        router.post("/jobs/pause", OwnOperations.pause) { request, _ in try await jobs.setPaused(true, request) }
        router.post("/jobs/resume", OwnOperations.resume) { request, _ in try await jobs.setPaused(false, request) }
        router.post("/jobs/prune", OwnOperations.prune) { request, _ in try await jobs.prune(request) }
        router.get("/ws/progress/{id}", OwnOperations.webSocket, progress.webSocket)
        router.get("/api/transcribe/async/status/{id}", OwnOperations.status, jobs.status)
        router.get("/api/transcribe/async/{id}/result", OwnOperations.result, jobs.result)
        router.delete("/api/transcribe/async/{id}", OwnOperations.delete, jobs.delete)
    }

    private func addCare(to router: inout Router) {
        let care = CareHandlers(transcriptions: transcriptions, metrics: metrics, about: about)
        for path in ["/cache/stats", "/api/cache-stats"] {
            router.get(path, OwnOperations.cacheStatistics) { request, _ in try await care.cacheStatistics(request) }
        }
        for path in ["/cache/clear", "/api/cache/clear"] {
            router.post(path, OwnOperations.clearCache) { request, _ in try await care.clearCache(request) }
        }
        for path in ["/health", "/api/health"] {
            router.get(path, OwnOperations.health) { request, _ in try await care.health(request) }
        }
        router.get("/jobs/stats", OwnOperations.queueStatistics) { request, _ in
            try await care.queueStatistics(request)
        }
        router.get("/metrics", OwnOperations.metrics) { request, _ in try await care.metricsText(request) }
        let gpuStatus = about.gpuStatus
        router.get("/api/gpu-status", OwnOperations.gpuStatus) { _, _ in try await gpuStatus() }
    }
}
