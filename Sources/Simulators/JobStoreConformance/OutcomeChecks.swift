import Jobs

extension JobStoreConformance {
    static let outcomeChecks: [JobStoreConformance] = [
        JobStoreConformance("A success keeps the result and lets the media go") { bench in
            try await bench.submit("a")
            let claim = try await bench.mustClaim()
            bench.clock.advance(3)
            let finished = try await bench.succeed(claim, [0, 255, 1])
            bench.expect(finished.execution.state, is: .succeeded, "state")
            bench.expect(finished.execution.finishedAt, is: bench.clock.now().wall, "when")
            bench.expect(finished.media, is: .kept(name: "media", bytes: 10), "media")
            bench.expect(finished.execution.progress, is: ExecutionProgress(done: 10, total: 10), "progress")
            bench.expect(try await bench.store.result(of: Bench.id("a"), owner: nil), is: [0, 255, 1], "result")
            bench.expect(try await bench.store.keptMedia(), is: [], "no media is kept")
        },
        JobStoreConformance("Media that another execution needs too is not let go") { bench in
            try await bench.submit("a", key: "k1")
            try await bench.submit("b", key: "k2")
            let first = try await bench.succeed(bench.mustClaim())
            bench.expect(first.media == nil, "the other one needs it")
            let second = try await bench.succeed(bench.mustClaim())
            bench.expect(second.media, is: .kept(name: "media", bytes: 10), "the last one gives it back")
        },
        JobStoreConformance("Transient errors are tried again later each time, and then no more") { bench in
            try await bench.submit("a")
            for wait in [5.0, 10] {
                let finished = try await bench.fail(bench.mustClaim(), .transient)
                bench.expect(finished.execution.state, is: .waiting, "it waits")
                bench.expect(finished.media == nil, "its media stays")
                bench.expect(try await bench.store.nextDue(), is: wait, "for \(wait) s")
                bench.clock.advance(wait - 0.5)
                bench.expect(try await bench.claim() == nil, "not earlier")
                bench.clock.advance(0.5)
            }
            let last = try await bench.fail(bench.mustClaim(), .transient)
            bench.expect(last.execution.state, is: .failed, "the third error is the last")
            bench.expect(last.execution.errors, is: 3, "errors")
            bench.expect(try await bench.store.nextDue() == nil, "nothing is due")
            let failure = try await bench.store.job(Bench.id("a"), owner: nil)?.execution.failure
            bench.expect(failure, is: JobFailure(.transient, code: "code", "It failed; try again."), "the reason stays")
        },
        JobStoreConformance("What kills its host twice is set aside, with its media") { bench in
            try await bench.submit("poison")
            for number in 0..<3 { try await bench.submit("good\(number)", owner: "bob") }
            var deaths = 0
            while let claim = try await bench.claim() {
                if claim.jobs.first?.id.text == "poison" {
                    deaths += 1
                    let finished = try await bench.fail(claim, .crash)
                    bench.expect(finished.media == nil, "its media is kept for inspection")
                } else {
                    _ = try await bench.succeed(claim)
                }
            }
            bench.expect(deaths, is: 2, "it died twice")
            bench.expect(try await bench.state("poison"), is: .failed, "it is set aside")
            bench.expect(try await bench.store.keptMedia(), is: ["media"], "its media is there")
            for number in 0..<3 { bench.expect(try await bench.state("good\(number)"), is: .succeeded, "others go on") }
        },
        JobStoreConformance("Permanent errors are not tried again") { bench in
            try await bench.submit("a")
            let finished = try await bench.fail(bench.mustClaim(), .permanent)
            bench.expect(finished.execution.state, is: .failed, "state")
            bench.expect(finished.execution.errors, is: 0, "it counts neither as transient")
            bench.expect(try await bench.claim() == nil, "nothing to do")
        },
        JobStoreConformance("A worker that stops gives its work back at no cost") { bench in
            try await bench.submit("a")
            let claim = try await bench.mustClaim()
            try await bench.store.checkpoint(claim.token, 3, [3])
            let finished = try await bench.store.finish(claim.token, .released)
            bench.expect(finished.execution.state, is: .queued, "queued")
            let again = try await bench.mustClaim()
            bench.expect(again.execution.errors == 0 && again.execution.crashes == 0, "no cost")
            bench.expect(try await bench.store.checkpoints(again.token), is: [3: [3]], "it goes on where it was")
        },
        JobStoreConformance("Ephemeral jobs are gone once finished, with their media") { bench in
            try await bench.submit("a", isEphemeral: true, media: .passing(name: "p"))
            let claim = try await bench.mustClaim()
            let finished = try await bench.succeed(claim)
            bench.expect(finished.jobs.map(\.id.text), is: ["a"], "who waits for it is told")
            bench.expect(finished.media, is: .passing(name: "p"), "media")
            bench.expect(try await bench.state("a") == nil, "gone")
            try await bench.submit("b", isEphemeral: true)
            let failed = try await bench.fail(bench.mustClaim(), .permanent)
            bench.expect(failed.media, is: .kept(name: "media", bytes: 10), "nobody can ask for it again")
            bench.expect(try await bench.store.jobs(JobQuery(owner: nil)).isEmpty, "nothing is left")
        },
    ]
}
