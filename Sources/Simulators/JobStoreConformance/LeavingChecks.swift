import Jobs

extension JobStoreConformance {
    static let leavingChecks: [JobStoreConformance] = [
        JobStoreConformance("A cancelled job stays cancelled, at each state of its execution") { bench in
            let media = MediaReference.kept(name: "media", bytes: 10)
            for state in [ExecutionState.queued, .running, .waiting] {
                let id = state.rawValue
                let view = try await bench.submit(id)
                var claim: Claim?
                if state != .queued { claim = try await bench.mustClaim() }
                if state == .waiting, let claim { _ = try await bench.fail(claim, .transient) }
                let cancelled = try await bench.store.cancel(view.job.id, owner: view.job.owner)
                bench.expect(cancelled, is: .cancelled(stopped: view.execution.id, media: media), "cancel \(id)")
                bench.expect(try await bench.state(id), is: .cancelled, "state")
                if let claim {
                    let late = await bench.error { _ = try await bench.succeed(claim) }
                    bench.expect(late, is: .leaseLost, "never done afterwards")
                }
                let again = try await bench.store.cancel(view.job.id, owner: view.job.owner)
                bench.expect(again, is: .finished(.cancelled), "again \(id)")
                bench.expect(try await bench.claim() == nil, "nothing runs")
            }
            bench.expect(try await bench.store.nextDue() == nil, "nothing is due")
            let view = try await bench.submit("done")
            _ = try await bench.succeed(bench.mustClaim())
            bench.expect(
                try await bench.store.cancel(view.job.id, owner: nil), is: .finished(.succeeded), "what has ended")
            bench.expect(try await bench.state("done"), is: .succeeded, "stays as it ended")
        },
        JobStoreConformance("Who leaves does not stop the others") { bench in
            let first = try await bench.submit("a", key: "k")
            try await bench.submit("b", owner: "bob", key: "k")
            let claim = try await bench.mustClaim()
            let left = try await bench.store.cancel(first.job.id, owner: nil)
            bench.expect(left, is: .cancelled(stopped: nil, media: nil), "the first leaves")
            bench.expect(try await bench.state("a"), is: .cancelled, "cancelled for its owner")
            bench.expect(try await bench.state("b"), is: .running, "running for the other")
            let finished = try await bench.succeed(claim)
            bench.expect(finished.jobs.map(\.id.text), is: ["b"], "told to who stayed")
            bench.expect(try await bench.state("a"), is: .cancelled, "still cancelled")
            bench.expect(try await bench.store.result(of: first.job.id, owner: nil) == nil, "without a result")
        },
        JobStoreConformance("Ephemeral jobs vanish when they are cancelled") { bench in
            let view = try await bench.submit("a", isEphemeral: true, media: .passing(name: "p"))
            let cancelled = try await bench.store.cancel(view.job.id, owner: nil)
            bench.expect(
                cancelled, is: .cancelled(stopped: view.execution.id, media: .passing(name: "p")), "cancelled")
            bench.expect(try await bench.state("a") == nil, "gone")
            bench.expect(try await bench.store.cancel(view.job.id, owner: nil), is: .notFound, "unknown now")
        },
        JobStoreConformance("A failed job can be tried again, as long as its media is there") { bench in
            try await bench.submit("a")
            _ = try await bench.fail(bench.mustClaim(), .permanent)
            let again = try await bench.store.retry(Bench.id("a"), owner: nil)
            bench.expect(again?.state, is: .queued, "queued")
            bench.expect(again?.execution.failure == nil, "without the old failure")
            bench.expect(try await bench.store.retry(Bench.id("a"), owner: nil) == nil, "not while it waits")
            _ = try await bench.succeed(bench.mustClaim())
            bench.expect(try await bench.store.retry(Bench.id("a"), owner: nil) == nil, "not after success")
            try await bench.submit("b")
            _ = try await bench.store.cancel(Bench.id("b"), owner: nil)
            bench.expect(try await bench.store.retry(Bench.id("b"), owner: nil) == nil, "not without media")
            try await bench.submit("c", media: .address("https://example.org/c.ogg"))
            _ = try await bench.store.cancel(Bench.id("c"), owner: nil)
            bench.expect(try await bench.store.retry(Bench.id("c"), owner: nil)?.state, is: .queued, "an address stays")
        },
        JobStoreConformance("A retry joins what computes the same meanwhile") { bench in
            try await bench.submit("a", key: "k")
            _ = try await bench.fail(bench.mustClaim(), .permanent)
            let other = try await bench.submit("b", key: "k")
            let again = try await bench.store.retry(Bench.id("a"), owner: nil)
            bench.expect(again?.execution.id, is: other.execution.id, "the same execution")
            let claim = try await bench.mustClaim()
            bench.expect(Set(claim.jobs.map(\.id.text)), is: ["a", "b"], "both")
        },
        JobStoreConformance("A deleted job is gone, with its text and its media when nobody else needs them") { bench in
            let media = MediaReference.kept(name: "media", bytes: 10)
            let queued = try await bench.submit("a")
            bench.expect(
                try await bench.store.delete(queued.job.id, owner: nil),
                is: .deleted(stopped: queued.execution.id, media: media), "queued")
            bench.expect(try await bench.state("a") == nil, "gone")
            let running = try await bench.submit("b")
            let claim = try await bench.mustClaim()
            bench.expect(
                try await bench.store.delete(running.job.id, owner: nil),
                is: .deleted(stopped: running.execution.id, media: media), "running")
            bench.expect(await bench.error { _ = try await bench.succeed(claim) }, is: .leaseLost, "no result after it")
            let shared = try await bench.submit("c", key: "k")
            try await bench.submit("d", owner: "bob", key: "k")
            _ = try await bench.succeed(bench.mustClaim())
            bench.expect(
                try await bench.store.delete(shared.job.id, owner: nil), is: .deleted(stopped: nil, media: nil),
                "shared")
            bench.expect(try await bench.store.result(of: Bench.id("d"), owner: nil), is: [1], "the other's text stays")
            try await bench.submit("e")
            _ = try await bench.fail(bench.mustClaim(), .permanent)
            bench.expect(
                try await bench.store.delete(Bench.id("e"), owner: nil), is: .deleted(stopped: nil, media: media),
                "failed, with its media")
            bench.expect(try await bench.store.keptMedia(), is: [], "nothing is kept")
            bench.expect(try await bench.store.delete(Bench.id("e"), owner: nil), is: .notFound, "once")
            // The id is free again.
            try await bench.submit("e")
        },
    ]
}
