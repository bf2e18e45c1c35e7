import EventLoops
import Jobs
import StoresRedis

/// Does jobs that are nothing.
struct Worker: Sendable {
    let store: RedisJobStore
    let lease: Double

    /// Says each job whose end was acknowledged. A failing server is tried again.
    func run(slots: Int, count: Int) async throws {
        let left = Guarded(count == 0 ? Int.max : count)
        let isQuiet = count > 0
        let bell = Bell()
        let notices = store.workNotices()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in notices { await bell.ring() } }
            await withTaskGroup(of: Void.self) { slotsGroup in
                for _ in 0..<slots {
                    slotsGroup.addTask {
                        while left.withLock({ $0 }) > 0 { await step(left, isQuiet, bell) }
                    }
                }
            }
            group.cancelAll()
        }
        if isQuiet { say("done") }
    }

    private func step(_ left: Guarded<Int>, _ isQuiet: Bool, _ bell: Bell) async {
        do {
            guard let claim = try await store.claim(ClaimRequest(lanes: [.short, .bulk], perOwner: .max, lease: lease))
            else { return try await wait(bell) }
            let text = Array("result of \(claim.token.attempt)".utf8)
            let finished = try await store.finish(claim.token, .succeeded(result: text, audioSeconds: 20))
            left.withLock { $0 -= 1 }
            if !isQuiet { for job in finished.jobs { say("finished \(job.id) \(claim.token.attempt)") } }
        } catch {
            if !isQuiet { say("failed: \(error)") }
        }
    }

    /// Until something may be there.
    private func wait(_ bell: Bell) async throws {
        let rung = await bell.count
        _ = try await store.reclaim()
        let due = try await store.nextDue() ?? 1
        await bell.wait(after: rung, atMost: .seconds(min(max(due, 0.01), 1)))
    }

    /// A worker that stops in the middle and goes on when its lease has ended long ago.
    func stall(seconds: Int) async throws {
        guard let claim = try await store.claim(ClaimRequest(lanes: [.short, .bulk], perOwner: .max, lease: lease))
        else { return say("nothing to claim") }
        say("claimed \(claim.jobs.map(\.id.text).joined(separator: " "))")
        try await Task.sleep(for: .seconds(seconds))
        _ = try await store.finish(claim.token, .succeeded(result: [0x78], audioSeconds: 1))
        say("finished")
    }
}

/// Wakes everybody who waits.
actor Bell {
    private(set) var count = 0
    private var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    private var number = 0

    func ring() {
        count += 1
        for one in waiting.values { one.resume() }
        waiting = [:]
    }

    func wait(after rung: Int, atMost limit: Duration) async {
        guard count == rung else { return }
        number += 1
        let mine = number
        // Ends after the limit; whoever waits is then let go.
        let timer = Task {
            try? await Task.sleep(for: limit)
            self.giveUp(mine)
        }
        await withCheckedContinuation { waiting[mine] = $0 }
        timer.cancel()
    }

    private func giveUp(_ number: Int) { waiting.removeValue(forKey: number)?.resume() }
}
