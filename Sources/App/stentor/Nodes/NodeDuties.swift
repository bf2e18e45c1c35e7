import Accounts
import Bot
import Callbacks
import CloudRouting
import EventLoops
import Glibc
import Jobs
import Scheduling
import Settings
import SharedStores
import Telemetry
import Transcription

/// What a node does for its installation beside its own work: it is on the roll, and leads where it is its turn.
struct NodeDuties: Sendable {
    private static let announced = 15.0
    private static let every = 5.0

    let nodes: Stores.Nodes
    let engines: EngineHall
    /// Executions side by side; 0 leaves work to others.
    let places: Int
    let log: any EventLog

    /// On the roll until the task is cancelled.
    func stayOnRoll() async {
        while !Task.isCancelled {
            await announce()
            try? await Task.sleep(for: .seconds(Self.every))
        }
        // Awaited here; detached, because this task is cancelled already.
        await Task.detached { [nodes] in try? await nodes.roll.leave(nodes.id) }.value
    }

    func announce() async {
        let record = NodeRecord(
            id: nodes.id, name: Self.machine, version: Help.version,
            engines: places > 0 ? await engines.localCandidates() : [], places: places)
        do {
            try await nodes.roll.announce(record, for: Self.announced)
        } catch {
            log.note(LogEvent(.warning, "roll not reached", ["reason": .text("\(error)")]))
        }
    }

    /// Keys that other nodes made or revoked; told at once, and looked for in case that was lost.
    func followKeys(_ keys: KeyRegistry) async {
        while (try? await Task.sleep(for: .seconds(Self.every))) != nil { try? await keys.reload() }
    }

    /// What services on the network still give is counted for all nodes together, a few seconds late.
    func shareLedgers() async {
        while (try? await Task.sleep(for: .seconds(Self.every))) != nil {
            for router in await engines.routers() {
                let now = SystemClock().now().wall
                // A service that is asked too often says so itself.
                guard let all = try? await nodes.ledgers.exchange(await router.ledgers, now: now) else { continue }
                await router.join(all)
            }
        }
    }

    func lead(in matter: String, _ work: @escaping @Sendable () async -> Void) async {
        await Leadership(roll: nodes.roll, node: nodes.id, log: log).lead(in: matter, work)
    }

    private static var machine: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// What other nodes say to whoever it concerns here at the moment.
final class NodeEars: Sendable {
    private struct State {
        var bot: TelegramBot?
        var callbacks: CallbackBell?
        var keys: KeyRegistry?
    }

    private let state = Guarded(State())

    func set(bot: TelegramBot?) { state.withLock { $0.bot = bot } }
    func set(callbacks: CallbackBell?) { state.withLock { $0.callbacks = callbacks } }
    func set(keys: KeyRegistry) { state.withLock { $0.keys = keys } }

    func hear(_ news: News) {
        let now = state.withLock { $0 }
        switch news {
        case .updates: now.bot?.look()
        case .announcements: now.callbacks?.ring()
        // Awaited by nobody: what it misses is found by the regular look.
        case .keys: Task { try? await now.keys?.reload() }
        case .work, .progress, .ended, .stop: break
        }
    }
}
