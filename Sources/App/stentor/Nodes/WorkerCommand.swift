import CSystem
import EventLoops
import Glibc
import HostedEngines
import Scheduling
import Settings
import Telemetry

/// `stentor worker`: works from a queue that other nodes fill; listens nowhere.
struct WorkerCommand {
    private let settings: Settings
    private let console: Console

    init(_ words: some Sequence<RawWord>, _ settings: Settings, _ console: Console) throws {
        let parsed = try OptionTable([]).parse(words)
        guard parsed.operands.isEmpty else { throw UsageError("worker takes no file") }
        guard settings.nodes.isShared else {
            throw SettingsError(problems: [
                "a worker needs a queue that it shares with a server: set STENTOR_JOBS=redis, REDIS_URL and STENTOR_MEDIA"
            ])
        }
        guard settings.queue.workers > 0 else {
            throw SettingsError(problems: ["a worker needs QUEUE_MAX_WORKERS of at least 1"])
        }
        self.settings = settings
        self.console = console
    }

    func run() async throws -> CInt {
        csystem_limit_memory_arenas()
        let installation = try Installation(settings)
        let lock = try DataLock(folder: settings.dataFolder)
        let level = LogEvent.Level(rawValue: settings.server.logLevel) ?? .info
        let log = LogWriter(form: settings.server.logFormat == "text" ? .text : .json, level: level)
        let loops = try EventLoopGroup(count: min(2, EventLoopGroup.availableProcessors))
        let house = try await House.build(settings, installation, loops: loops, log: log)
        await house.duties?.announce()
        console.note("stentor: working")
        await work(house, log)
        await house.close()
        await loops.shutDown()
        withExtendedLifetime(lock) {}
        return 0
    }

    /// Until this task is cancelled by the first signal; then what runs gets some time, and the rest is given back.
    private func work(_ house: House, _ log: any EventLog) async {
        house.decoder.startAhead()
        let patience = Duration.seconds(settings.server.drainSeconds)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await house.workOff(log) }
            group.addTask { await house.engines.warmUp() }
            group.addTask { await house.duties?.stayOnRoll() }
            group.addTask { await house.duties?.shareLedgers() }
            group.addTask {
                // Ends with the first signal.
                try? await Task.sleep(for: .seconds(1e9))
                log.note(LogEvent(.info, "stopping"))
                // Awaited here; detached, because this task is cancelled already.
                await Task.detached { await house.transcriptions.drain(patience: patience) }.value
            }
            await group.waitForAll()
        }
        log.note(LogEvent(.info, "stopped"))
    }
}
