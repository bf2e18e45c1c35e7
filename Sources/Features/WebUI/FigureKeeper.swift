import Jobs
import Scheduling
import Telemetry
import Transcription

/// Notes what the plots show, once a minute.
struct FigureKeeper: Sendable {
    let ports: WebUI.Ports

    private struct Totals {
        var audio = 0.0
        var run = 0.0
        var failed = 0.0
        var succeeded = 0.0
        var hits = 0.0
        var misses = 0.0
    }

    func run() async {
        var before = await totals()
        while !Task.isCancelled {
            await note(&before)
            try? await Task.sleep(for: .seconds(60))
        }
    }

    private func note(_ before: inout Totals) async {
        guard let queue = try? await ports.transcriptions.statistics() else { return }
        var values: [String: Double] = ["disk_free_mb": Double(await ports.transcriptions.room()) / 1e6]
        for lane in Lane.allCases {
            let name = lane == .short ? "short" : "bulk"
            let figures = queue.lanes[lane]
            values["waiting_\(name)"] = Double(figures?.waiting ?? 0)
            values["running_\(name)"] = Double(figures?.running ?? 0)
            values["wait_\(name)"] = figures?.meanWait ?? 0
            values["run_\(name)"] = figures?.meanRun ?? 0
        }
        for gauge in await ports.gauges() where gauge.series.name.hasPrefix("stentor_engine_slots") {
            values[String(gauge.series.name.dropFirst("stentor_".count))] = gauge.value
        }
        let now = await totals()
        // What happened since the last reading; a figure without anything to say is left out.
        if now.run > before.run { values["speed"] = (now.audio - before.audio) / (now.run - before.run) }
        let asked = now.hits - before.hits + now.misses - before.misses
        if asked > 0 { values["hit_rate"] = (now.hits - before.hits) / asked }
        values["failed"] = now.failed - before.failed
        values["succeeded"] = now.succeeded - before.succeeded
        before = now
        // A reading that cannot be kept is one point less in a plot.
        try? await ports.figures.note(values, at: ports.clock.now().wall)
    }

    private func totals() async -> Totals {
        var totals = Totals()
        totals.audio = ports.metrics.sum(of: "stentor_audio_seconds_total")
        totals.run = ports.metrics.sum(of: "stentor_run_seconds_total")
        totals.failed = ports.metrics.value(of: .init("stentor_jobs_total", ["state": "failed"]))
        totals.succeeded = ports.metrics.value(of: .init("stentor_jobs_total", ["state": "succeeded"]))
        let cache = await ports.transcriptions.cacheStatistics()
        (totals.hits, totals.misses) = (Double(cache.hits), Double(cache.misses))
        return totals
    }
}
