import Jobs

extension JobStoreConformance {
    static let leaseChecks: [JobStoreConformance] = [
        JobStoreConformance("A stale claim changes nothing, whatever it tries") { bench in
            try await bench.submit("a")
            let stale = try await bench.mustClaim(lease: 10)
            try await bench.store.checkpoint(stale.token, 1, [1])
            bench.clock.advance(10)
            bench.expect(try await bench.store.reclaim(), is: [stale.execution.id], "the lease has ended")
            try await refusesEverything(bench, stale.token, "after the lease was lost")
            let fresh = try await bench.mustClaim()
            bench.expect(fresh.execution.attempt > stale.execution.attempt, "the fencing number rose")
            try await refusesEverything(bench, stale.token, "after another claim")
            bench.expect(try await bench.store.checkpoints(fresh.token), is: [1: [1]], "checkpoints are inherited")
            _ = try await bench.succeed(fresh, [5])
            try await refusesEverything(bench, stale.token, "after the end")
            try await refusesEverything(bench, fresh.token, "even by who ended it")
            bench.expect(try await bench.store.result(of: Bench.id("a"), owner: nil), is: [5], "one visible result")
        },
        JobStoreConformance("A lease that is renewed holds, one that is not ends at its time") { bench in
            try await bench.submit("a")
            let claim = try await bench.mustClaim(lease: 30)
            bench.clock.advance(29)
            bench.expect(try await bench.store.reclaim(), is: [], "it holds")
            _ = try await bench.store.heartbeat(claim.token, lease: 30, ExecutionProgress(done: 4), lane: .short)
            bench.clock.advance(29)
            bench.expect(try await bench.store.reclaim(), is: [], "it was renewed")
            bench.expect(try await bench.store.nextDue(), is: 1, "it says when to look")
            bench.clock.advance(1)
            bench.expect(try await bench.store.nextDue(), is: 0, "now")
            bench.expect(try await bench.store.reclaim(), is: [claim.execution.id], "it has ended")
            bench.expect(try await bench.state("a"), is: .queued, "and waits again")
            let view = try await bench.store.job(Bench.id("a"), owner: nil)
            bench.expect(view?.execution.errors == 0 && view?.execution.crashes == 0, "at no cost")
        },
        JobStoreConformance("Steps of the wall clock end no lease and no wait") { bench in
            try await bench.submit("a")
            try await bench.submit("b")
            let claim = try await bench.mustClaim(lease: 30)
            let failing = try await bench.mustClaim()
            _ = try await bench.fail(failing, .transient)
            for step in [-3600.0, 7200, 172_800, -1_000_000] {
                bench.clock.stepWall(step)
                bench.expect(try await bench.store.reclaim(), is: [], "no lease ends at \(step)")
                bench.expect(try await bench.claim() == nil, "no wait ends at \(step)")
            }
            _ = try await bench.store.heartbeat(claim.token, lease: 30, ExecutionProgress(), lane: .short)
            _ = try await bench.succeed(claim)
        },
        JobStoreConformance("Progress never goes back within an attempt") { bench in
            try await bench.submit("a")
            let claim = try await bench.mustClaim()
            func beat(_ done: Double, _ total: Double?) async throws -> ExecutionProgress? {
                _ = try await bench.store.heartbeat(
                    claim.token, lease: 30, ExecutionProgress(done: done, total: total), lane: .short)
                return try await bench.store.job(Bench.id("a"), owner: nil)?.execution.progress
            }
            bench.expect(try await beat(5, 20), is: ExecutionProgress(done: 5, total: 20), "forward")
            bench.expect(try await beat(3, nil), is: ExecutionProgress(done: 5, total: 20), "not back")
        },
        JobStoreConformance("A heartbeat tells what others changed") { bench in
            try await bench.submit("a", key: "k", priority: 1, isEphemeral: true)
            let claim = try await bench.mustClaim()
            func beat() async throws -> Heartbeat {
                try await bench.store.heartbeat(claim.token, lease: 30, ExecutionProgress(), lane: .short)
            }
            bench.expect(try await beat(), is: Heartbeat(isEphemeral: true, priority: 1), "at first")
            try await bench.submit("b", key: "k", priority: 7)
            bench.expect(try await beat(), is: Heartbeat(isEphemeral: false, priority: 7), "after a promise joined")
            _ = try await bench.store.cancel(Bench.id("b"), owner: nil)
            bench.expect(try await beat(), is: Heartbeat(isEphemeral: false, priority: 1), "after it left")
        },
        JobStoreConformance("Checkpoints are kept by number, replaced, discarded and gone at the end") { bench in
            try await bench.submit("a")
            let claim = try await bench.mustClaim()
            for (number, bytes) in [(0, [1]), (7, []), (0, [2, 3])] as [(Int, [UInt8])] {
                try await bench.store.checkpoint(claim.token, number, bytes)
            }
            bench.expect(try await bench.store.checkpoints(claim.token), is: [0: [2, 3], 7: []], "by number")
            try await bench.store.discardCheckpoints(claim.token)
            bench.expect(try await bench.store.checkpoints(claim.token), is: [:], "discarded")
            try await bench.store.checkpoint(claim.token, 1, [4])
            _ = try await bench.fail(claim, .permanent)
            _ = try await bench.store.retry(Bench.id("a"), owner: nil)
            let again = try await bench.mustClaim()
            bench.expect(try await bench.store.checkpoints(again.token), is: [:], "gone with the end")
        },
        JobStoreConformance("Ephemeral executions keep no checkpoints") { bench in
            try await bench.submit("a", isEphemeral: true)
            let claim = try await bench.mustClaim()
            try await bench.store.checkpoint(claim.token, 0, [1])
            bench.expect(try await bench.store.checkpoints(claim.token), is: [:], "none")
        },
    ]

    private static func refusesEverything(_ bench: Bench, _ token: ClaimToken, _ when: String) async throws {
        let before = try await bench.store.jobs(JobQuery(owner: nil))
        let attempts: [(String, @Sendable () async throws -> Void)] = [
            (
                "heartbeat",
                {
                    _ = try await bench.store.heartbeat(token, lease: 99, ExecutionProgress(done: 9), lane: .bulk)
                }
            ),
            ("checkpoint", { try await bench.store.checkpoint(token, 1, [66]) }),
            ("checkpoints", { _ = try await bench.store.checkpoints(token) }),
            ("discard", { try await bench.store.discardCheckpoints(token) }),
            ("success", { _ = try await bench.store.finish(token, .succeeded(result: [66], audioSeconds: 1)) }),
            (
                "failure",
                { _ = try await bench.store.finish(token, .failed(JobFailure(.permanent, code: "x", "x"))) }
            ),
            ("release", { _ = try await bench.store.finish(token, .released) }),
        ]
        for (name, attempt) in attempts {
            bench.expect(await bench.error(attempt), is: .leaseLost, "\(name) \(when)")
        }
        bench.expect(try await bench.store.jobs(JobQuery(owner: nil)), is: before, "nothing changed \(when)")
    }
}
