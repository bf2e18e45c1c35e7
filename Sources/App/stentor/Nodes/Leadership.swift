import Scheduling
import Telemetry
import Transcription

/// Work that one node at a time does for all: it is done here while this node leads, and begins anew with each term.
struct Leadership: Sendable {
    /// Seconds without a sign after which another takes over, and between two signs.
    var term = 15.0
    var sign = 5.0

    let roll: any NodeRoll
    let node: String
    let log: any EventLog

    /// Until the task is cancelled.
    func lead(in matter: String, _ work: @escaping @Sendable () async -> Void) async {
        while !Task.isCancelled {
            if await isLeading(matter) {
                log.note(LogEvent(.info, "leading", ["matter": .text(matter)]))
                await serve(matter, work)
                log.note(LogEvent(.info, "no longer leading", ["matter": .text(matter)]))
            }
            try? await Task.sleep(for: .seconds(sign))
        }
    }

    private func isLeading(_ matter: String) async -> Bool {
        // A roll that cannot be reached makes nobody a leader.
        (try? await roll.lead(matter, as: node, for: term)) ?? false
    }

    /// The work beside its signs: whichever ends first ends the other.
    private func serve(_ matter: String, _ work: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await work() }
            group.addTask { await self.keepSigning(matter) }
            await group.next()
            group.cancelAll()
        }
        guard Task.isCancelled else { return }
        // Detached, because this task is cancelled already; awaited here. Else another waits for the term's end.
        await Task.detached { [roll, node] in try? await roll.yield(matter, as: node) }.value
    }

    /// Returns when another leads, or might: signs that fail for most of a term are as good as none.
    private func keepSigning(_ matter: String) async {
        let clock = ContinuousClock()
        var last = clock.now
        while (try? await Task.sleep(for: .seconds(sign))) != nil {
            do {
                guard try await roll.lead(matter, as: node, for: term) else { return }
                last = clock.now
            } catch {
                if clock.now - last > .seconds(term - sign) { return }
            }
        }
    }
}
