import FoundationEssentials
import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling
import Telemetry
import Transcription

/// What an administrator looks after.
struct CareHandlers: Sendable {
    let ports: WebUI.Ports
    let about: WebUI.About

    func addRoutes(to router: inout Router) {
        router.get("/ui/care") { request, _ in try await overview(request) }
        router.get("/ui/care/figures") { request, _ in try await figures(request) }
        router.get("/ui/care/log") { request, _ in try log(request) }
        router.get("/ui/care/models") { request, _ in try await models(request) }
        router.post("/ui/care/models/{name}/pull", pull)
        guard ports.keys != nil else { return }
        router.get("/ui/care/keys") { request, _ in try await keys(request) }
        router.post("/ui/care/keys") { request, _ in try await createKey(request) }
        router.delete("/ui/care/keys/{id}", revokeKey)
    }

    private struct LaneBody: Encodable {
        let waiting: Int
        let running: Int
        let mean_wait: Double
        let mean_run: Double
    }

    private struct OverviewBody: Encodable {
        let version: String
        let lanes: [String: LaneBody]
        let jobs: [String: Int]
        let is_paused: Bool
        let workers: Int
        let slots: Double
        let slots_busy: Double
        let speed: Double?
        let hits: Int
        let misses: Int
        let cached: Int
        let free_disk_mb: Double
        let telegram: String
        let providers: [String]
        let has_keys: Bool
        let scopes: [String]
    }

    /// `GET /ui/care`.
    private func overview(_ request: HTTPRequest) async throws -> HTTPResponse {
        try request.refuseOthers()
        let queue = try await PageError.guarded { try await ports.transcriptions.statistics() }
        let cache = await ports.transcriptions.cacheStatistics()
        var gauges: [String: Double] = [:]
        for gauge in await ports.gauges() { gauges[gauge.series.name] = gauge.value }
        let run = ports.metrics.sum(of: "stentor_run_seconds_total")
        var lanes: [String: LaneBody] = [:]
        for (lane, figures) in queue.lanes {
            lanes[lane == .short ? "short" : "bulk"] = LaneBody(
                waiting: figures.waiting, running: figures.running, mean_wait: figures.meanWait,
                mean_run: figures.meanRun)
        }
        return try ListHandlers.fresh(
            OverviewBody(
                version: about.version, lanes: lanes,
                jobs: Dictionary(uniqueKeysWithValues: queue.jobs.map { ($0.key.rawValue, $0.value) }),
                is_paused: queue.isPaused, workers: about.workers, slots: gauges["stentor_engine_slots"] ?? 0,
                slots_busy: gauges["stentor_engine_slots_busy"] ?? 0,
                speed: run > 0 ? ports.metrics.sum(of: "stentor_audio_seconds_total") / run : nil,
                hits: cache.hits, misses: cache.misses, cached: cache.entries,
                free_disk_mb: Double(await ports.transcriptions.room()) / 1e6, telegram: about.telegram,
                providers: about.providers, has_keys: ports.keys != nil, scopes: ports.keys?.scopes ?? []))
    }

    private struct FiguresBody: Encodable {
        let from: Double
        let to: Double
        let step: Int
        let series: [String: [[Double]]]
    }

    /// `GET /ui/care/figures?span=hour|day|week`.
    private func figures(_ request: HTTPRequest) async throws -> HTTPResponse {
        try request.refuseOthers()
        let spans: [String: (seconds: Double, resolution: FigureResolution)] = [
            "hour": (3600, .minute), "day": (86_400, .minute), "week": (7 * 86_400, .quarter),
        ]
        guard let span = spans[request.queryItems["span"] ?? "hour"] else {
            throw PageError.http(.badRequest, "bad_field", "The field “span” must be hour, day or week.")
        }
        let now = ports.clock.now().wall
        let points = try await ports.figures.points(since: now - span.seconds, span.resolution)
        return try ListHandlers.fresh(
            FiguresBody(
                from: now - span.seconds, to: now, step: span.resolution.rawValue,
                series: points.mapValues { $0.map { [Double($0.at), ($0.value * 1000).rounded() / 1000] } }))
    }

    /// `GET /ui/care/log?after=`.
    private func log(_ request: HTTPRequest) throws -> HTTPResponse {
        try request.refuseOthers()
        return try ListHandlers.fresh(["lines": ports.log.lines(after: Int(request.queryItems["after"] ?? "") ?? 0)])
    }

    // MARK: - Models

    /// `GET /ui/care/models`.
    private func models(_ request: HTTPRequest) async throws -> HTTPResponse {
        try request.refuseOthers()
        return try ListHandlers.fresh(["models": try await ports.models.models()])
    }

    /// `POST /ui/care/models/{name}/pull`.
    private func pull(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        try request.refuseOthers()
        let name = parameters["name"]
        guard try await ports.models.models().contains(where: { $0.name == name }) else {
            throw PageError.http(.notFound, "no_such_model", "There is no such model.")
        }
        try await ports.models.pull(name)
        return try ListHandlers.fresh(["models": try await ports.models.models()])
    }

    // MARK: - Keys

    private func keys(_ request: HTTPRequest) async throws -> HTTPResponse {
        try request.refuseOthers()
        return try ListHandlers.fresh(["keys": try await ports.keys?.keys() ?? []])
    }

    private struct KeyWish: Decodable {
        let name: String
        let scopes: [String]
    }

    private struct NewKey: Encodable {
        let keys: [ListedKey]
        let secret: String
    }

    /// The first key closes the server, to this page too: it goes on under the new one.
    private func createKey(_ request: HTTPRequest) async throws -> HTTPResponse {
        try request.refuseOthers()
        let wish = try await request.json(as: KeyWish.self, limit: 4096)
        guard let desk = ports.keys, !wish.name.isEmpty, wish.name.count <= 80, !wish.scopes.isEmpty,
            wish.scopes.allSatisfy(desk.scopes.contains)
        else { throw PageError.http(.badRequest, "bad_field", "Give the key a name and what it may do.") }
        let isFirst = !ports.sessions.needsKey
        guard !isFirst || wish.scopes.contains("admin") else {
            throw PageError.http(
                .badRequest, "first_key", "The first key must be an administrator's; nobody could make another here.")
        }
        let made = try await desk.create(name: wish.name, scopes: wish.scopes)
        var response = try ListHandlers.fresh(NewKey(keys: try await desk.keys(), secret: made.secret))
        if isFirst, let proof = try await ports.sessions.open(key: made.secret) {
            response.fields[SessionCookie.setField] = SessionCookie.text(
                proof, seconds: ports.sessions.lifetime, isSecure: request.scheme == "https")
        }
        return response
    }

    private func revokeKey(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        try request.refuseOthers()
        guard try await ports.keys?.revoke(parameters["id"]) == true else {
            throw PageError.http(.notFound, "no_such_key", "There is no such key.")
        }
        return try ListHandlers.fresh(["keys": try await ports.keys?.keys() ?? []])
    }
}
