import EventLoops
import FoundationEssentials
import Glibc
import Jobs
import SQLite
import StoresSQLite
import Telemetry

/// Figures for monitors that only the composition knows: this process, the disk, what waits in the stores.
actor OperatorFigures {
    private let folder: String
    private let database: SQLiteDatabase
    private let clock: SystemClock
    private let pool: BlockingPool
    /// Walking folders costs more than a reading is worth.
    private var walked: (gauges: [Metrics.Gauge], at: Double)?
    private static let walkLifetime = 30.0

    init(folder: String, database: SQLiteDatabase, clock: SystemClock) throws {
        self.folder = folder
        self.database = database
        self.clock = clock
        pool = try BlockingPool(threads: 1, name: "figures")
    }

    /// Counters that alerts look at exist from the start: the first event would otherwise be no increase.
    static func prepare(_ metrics: Metrics) {
        for state in ["succeeded", "failed"] { metrics.add(0, to: .init("stentor_jobs_total", ["state": state])) }
        metrics.add(0, to: .init("stentor_lease_losses_total"))
        for result in ["delivered", "failed", "given up"] {
            metrics.add(0, to: .init("stentor_callbacks_total", ["result": result]))
        }
        for event in ["telegram not reached", "pruning failed", "result not written", "request failed"] {
            metrics.add(0, to: .init("stentor_log_events_total", ["event": event]))
        }
    }

    func gauges() async -> [Metrics.Gauge] {
        let now = clock.now()
        var gauges: [Metrics.Gauge] = [
            .init(
                .init(
                    "stentor_build_info",
                    ["version": Help.version, "schema": String(StoreSchema.migrations.count)]), 1),
            .init(.init("stentor_clock_seconds"), now.wall),
            .init(.init("stentor_database_waiting_writes"), Double(database.waitingWrites)),
        ]
        if let counts = try? await StoreCounts.read(database, at: now.wall) {
            gauges += [
                .init(.init("stentor_callbacks_waiting"), Double(counts.announcements)),
                .init(.init("stentor_links_held"), Double(counts.links)),
                .init(.init("stentor_telegram_requests_open"), Double(counts.telegramRequests)),
                .init(.init("stentor_telegram_updates_waiting"), Double(counts.telegramUpdates)),
                .init(.init("stentor_telegram_messages_waiting"), Double(counts.telegramOutbox)),
                .init(.init("stentor_telegram_people"), Double(counts.telegramPeople)),
            ]
        }
        return gauges + (await ofSystem(now.monotonic))
    }

    private func ofSystem(_ now: Double) async -> [Metrics.Gauge] {
        if let walked, now - walked.at < Self.walkLifetime { return walked.gauges }
        let folder = folder
        let gauges = (try? await pool.run { DiskFigures.gauges(folder) + ProcessFigures.gauges() }) ?? []
        walked = (gauges, now)
        return gauges
    }
}

/// What the data folder holds. Blocks.
private enum DiskFigures {
    static func gauges(_ folder: String) -> [Metrics.Gauge] {
        var gauges: [Metrics.Gauge] = []
        var status = statvfs()
        if statvfs(folder, &status) == 0 {
            let block = Double(status.f_frsize)
            gauges.append(.init(.init("stentor_disk_total_bytes"), Double(status.f_blocks) * block))
            gauges.append(.init(.init("stentor_disk_used_bytes"), Double(status.f_blocks - status.f_bfree) * block))
        }
        for part in ["media", "uploads", "cache", "pages", "models", "work"] {
            let sizes = files("\(folder)/\(part)", depth: 3)
            gauges.append(.init(.init("stentor_data_bytes", ["part": part]), sizes.reduce(0, +)))
            gauges.append(.init(.init("stentor_data_files", ["part": part]), Double(sizes.count)))
        }
        let database = ["", "-wal"].map { size("\(folder)/stentor.sqlite\($0)") ?? 0 }.reduce(0, +)
        gauges.append(.init(.init("stentor_data_bytes", ["part": "database"]), database))
        let open = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/uploads")) ?? []
        gauges.append(.init(.init("stentor_uploads_open"), Double(open.filter { $0.hasSuffix(".json") }.count)))
        return gauges
    }

    private static func files(_ folder: String, depth: Int) -> [Double] {
        guard depth > 0, let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
        return names.flatMap { name in
            let path = "\(folder)/\(name)"
            return size(path).map { [$0] } ?? files(path, depth: depth - 1)
        }
    }

    /// `nil` for what is no file.
    private static func size(_ path: String) -> Double? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Double(status.st_size)
    }
}

/// This process under the names that every monitor knows (prometheus.io/docs/instrumenting/writing_clientlibs).
private enum ProcessFigures {
    static func gauges() -> [Metrics.Gauge] {
        var gauges: [Metrics.Gauge] = []
        if let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            gauges.append(.init(.init("process_open_fds"), Double(names.count)))
        }
        let pages = text("/proc/self/statm")?.split(separator: " ").dropFirst().first.flatMap { Double($0) }
        if let pages {
            gauges.append(.init(.init("process_resident_memory_bytes"), pages * Double(sysconf(Int32(_SC_PAGESIZE)))))
        }
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            let seconds = [usage.ru_utime, usage.ru_stime].map { Double($0.tv_sec) + Double($0.tv_usec) / 1e6 }
            gauges.append(.init(.init("process_cpu_seconds_total"), seconds.reduce(0, +)))
        }
        return gauges
    }

    private static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
