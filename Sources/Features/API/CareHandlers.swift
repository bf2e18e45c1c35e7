import HTTPRouting
import HTTPTypes
import Jobs
import Scheduling
import Telemetry
import Transcription

/// What operators and monitors ask.
struct CareHandlers: Sendable {
    let transcriptions: Transcriptions
    let metrics: Metrics
    let about: API.About

    // MARK: - Cache

    /// `GET /cache/stats`, `GET /api/cache-stats`.
    func cacheStatistics(_ request: HTTPRequest) async throws -> HTTPResponse {
        try request.refuseOthers()
        let figures = await transcriptions.cacheStatistics()
        var fields = JSONFields()
        fields.add("cache_size_mb", fraction: Self.megabytes(figures.bytes))
        fields.add("max_size_mb", fraction: Self.megabytes(figures.maximumBytes))
        fields.add("cached_files", whole: figures.entries)
        fields.add("max_files", whole: figures.maximumEntries)
        try fields.add("cache_keys", json: figures.keys)
        fields.add("hits", whole: figures.hits)
        fields.add("misses", whole: figures.misses)
        fields.add("hit_rate", fraction: TranscriptBody.rounded(figures.hitRate))
        fields.add("evictions", whole: figures.evictions)
        return fields.response
    }

    /// `POST /cache/clear`, `POST /api/cache/clear`.
    func clearCache(_ request: HTTPRequest) async throws -> HTTPResponse {
        try request.refuseOthers()
        await transcriptions.clearCache()
        return try .json(["status": "cache cleared", "message": "All cached files have been removed"])
    }

    private static func megabytes(_ bytes: Int) -> Double { (Double(bytes) / 1e6 * 1000).rounded() / 1000 }

    // MARK: - Health

    /// `GET /health`, `GET /api/health`.
    func health(_ request: HTTPRequest) async throws -> HTTPResponse {
        let cache = await transcriptions.cacheStatistics()
        let room = await transcriptions.room()
        let queue = try? await transcriptions.statistics()
        let isWell = queue != nil && room > 0
        let body = HealthBody(
            status: isWell ? "ok" : "degraded", model: about.model, engine: about.engine,
            whisper_device: about.device, nemo_device: "cpu", cache_size_mb: Self.megabytes(cache.bytes),
            cached_files: cache.entries, version: about.version, queue_size: queue?.waiting ?? 0,
            active_workers: queue?.running ?? 0, is_paused: queue?.isPaused ?? false,
            free_disk_mb: Self.megabytes(Int(clamping: room)),
            problems: (queue == nil ? ["The queue cannot be read."] : [])
                + (room > 0 ? [] : ["There is no room on the disk."]))
        return try .json(body, status: isWell ? .ok : .serviceUnavailable)
    }

    private struct HealthBody: Encodable {
        let status: String
        let model: String
        let engine: String
        let whisper_device: String
        let nemo_device: String
        let cache_size_mb: Double
        let cached_files: Int
        let version: String
        let queue_size: Int
        let active_workers: Int
        let is_paused: Bool
        let free_disk_mb: Double
        let problems: [String]
    }

    // MARK: - Queue

    /// `GET /jobs/stats`.
    func queueStatistics(_ request: HTTPRequest) async throws -> HTTPResponse {
        try request.refuseOthers()
        do {
            return try .json(QueueBody(try await transcriptions.statistics(), about.workers))
        } catch {
            throw ErrorTable.error(error)
        }
    }

    // MARK: - Metrics

    /// `GET /metrics`.
    func metricsText(_ request: HTTPRequest) async throws -> HTTPResponse {
        try request.refuseOthers()
        var gauges: [Metrics.Gauge] = []
        if let queue = try? await transcriptions.statistics() {
            for state in ExecutionState.allCases {
                gauges.append(.init(.init("stentor_jobs", ["state": state.rawValue]), Double(queue.jobs[state] ?? 0)))
            }
            gauges.append(.init(.init("stentor_queue_paused"), queue.isPaused ? 1 : 0))
            for lane in Lane.allCases {
                let labels: KeyValuePairs = ["lane": lane == .short ? "short" : "bulk"]
                gauges.append(.init(.init("stentor_queue_waiting", labels), Double(queue.lanes[lane]?.waiting ?? 0)))
                gauges.append(.init(.init("stentor_queue_running", labels), Double(queue.lanes[lane]?.running ?? 0)))
            }
        }
        gauges.append(.init(.init("stentor_workers"), Double(about.workers)))
        let cache = await transcriptions.cacheStatistics()
        gauges += [
            .init(.init("stentor_cache_entries"), Double(cache.entries)),
            .init(.init("stentor_cache_bytes"), Double(cache.bytes)),
            .init(.init("stentor_cache_hit_ratio"), cache.hitRate),
            .init(.init("stentor_cache_hits"), Double(cache.hits)),
            .init(.init("stentor_cache_misses"), Double(cache.misses)),
            .init(.init("stentor_cache_evictions"), Double(cache.evictions)),
            .init(.init("stentor_disk_free_bytes"), Double(await transcriptions.room())),
        ]
        for (key, speed) in await transcriptions.speeds().all {
            gauges.append(.init(.init("stentor_real_time_factor", ["engine": key.engine, "model": key.model]), speed))
        }
        gauges += await about.gauges()
        return HTTPResponse(
            .ok, fields: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: .text(metrics.text(gauges: gauges)))
    }
}

/// The queue's figures under the names that operators of such systems know.
private struct QueueBody: Encodable {
    struct LaneBody: Encodable {
        let waiting: Int
        let running: Int
        let mean_wait: Double
        let p95_wait: Double
        let mean_run: Double
        let p95_run: Double
    }

    let total_tasks: Int
    let queue_size: Int
    let active_workers: Int
    let max_workers: Int
    let worker_utilization: Double
    let avg_processing_time: Double
    let by_status: [String: Int]
    let lanes: [String: LaneBody]
    let is_paused: Bool

    init(_ queue: QueueStatistics, _ workers: Int) {
        var counts: [String: Int] = [:]
        for state in ExecutionState.allCases { counts[state.word, default: 0] += queue.jobs[state] ?? 0 }
        by_status = counts
        total_tasks = counts.values.reduce(0, +)
        queue_size = queue.waiting
        active_workers = queue.running
        max_workers = workers
        worker_utilization = TranscriptBody.rounded(min(1, Double(queue.running) / Double(max(1, workers))))
        let lanes = queue.lanes.values.filter { $0.meanRun > 0 }
        avg_processing_time = TranscriptBody.rounded(
            lanes.isEmpty ? 0 : lanes.reduce(0) { $0 + $1.meanRun } / Double(lanes.count))
        self.lanes = Dictionary(
            uniqueKeysWithValues: Lane.allCases.map { lane in
                let figures = queue.lanes[lane] ?? .init()
                return (
                    lane == .short ? "short" : "bulk",
                    LaneBody(
                        waiting: figures.waiting, running: figures.running,
                        mean_wait: TranscriptBody.rounded(figures.meanWait),
                        p95_wait: TranscriptBody.rounded(figures.p95Wait),
                        mean_run: TranscriptBody.rounded(figures.meanRun),
                        p95_run: TranscriptBody.rounded(figures.p95Run))
                )
            })
        is_paused = queue.isPaused
    }
}

extension QueueStatistics {
    fileprivate var waiting: Int { lanes.values.reduce(0) { $0 + $1.waiting } }
    fileprivate var running: Int { lanes.values.reduce(0) { $0 + $1.running } }
}
