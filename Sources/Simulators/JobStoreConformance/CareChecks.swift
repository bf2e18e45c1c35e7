import Jobs

extension JobStoreConformance {
    static let careChecks: [JobStoreConformance] = [
        JobStoreConformance(
            "Media stays as long as it is kept, jobs until they are pruned",
            rules: { $0.retention = RetentionPolicy(succeededMedia: 100, failedMedia: 1000) }
        ) { bench in
            let good = MediaReference.kept(name: "good", bytes: 1)
            let bad = MediaReference.kept(name: "bad", bytes: 2)
            try await bench.submit("good", media: good)
            try await bench.submit("bad", owner: "bob", media: bad)
            try await bench.submit("waits", owner: "cem", media: .kept(name: "waits", bytes: 3))
            let finished = try await bench.succeed(bench.mustClaim())
            bench.expect(finished.media == nil, "it stays for playback")
            _ = try await bench.fail(bench.mustClaim(), .permanent)
            bench.expect(try await bench.store.keptMedia(), is: ["good", "bad", "waits"], "all of it")
            let long = bench.clock.now().wall - 10_000
            bench.expect(try await bench.store.prune(finishedBefore: long), is: Pruned(jobs: 0, media: []), "too early")
            bench.clock.advance(101)
            bench.expect(
                try await bench.store.prune(finishedBefore: long), is: Pruned(jobs: 0, media: [good]), "a success's")
            bench.expect(try await bench.store.result(of: Bench.id("good"), owner: nil), is: [1], "its text stays")
            bench.clock.advance(1000)
            bench.expect(
                try await bench.store.prune(finishedBefore: long), is: Pruned(jobs: 0, media: [bad]), "a failure's")
            bench.expect(try await bench.store.retry(Bench.id("bad"), owner: nil) == nil, "no retry without media")
            let now = bench.clock.now().wall
            bench.expect(try await bench.store.prune(finishedBefore: now), is: Pruned(jobs: 2, media: []), "the jobs")
            bench.expect(try await bench.state("good") == nil, "gone")
            bench.expect(try await bench.state("waits"), is: .queued, "what waits is never pruned")
        },
        JobStoreConformance("Pruning gives back media that nobody else refers to, once") { bench in
            try await bench.submit("a", key: "1")
            try await bench.submit("b", owner: "bob", key: "2")
            for _ in 0..<2 { _ = try await bench.fail(bench.mustClaim(), .permanent) }
            try await bench.submit("c", owner: "cem", key: "3")
            bench.clock.advance(10)
            let first = try await bench.store.prune(finishedBefore: bench.clock.now().wall)
            bench.expect(first, is: Pruned(jobs: 2, media: []), "the third still needs it")
            _ = try await bench.fail(bench.mustClaim(), .permanent)
            bench.clock.advance(10)
            let second = try await bench.store.prune(finishedBefore: bench.clock.now().wall)
            bench.expect(second, is: Pruned(jobs: 1, media: [.kept(name: "media", bytes: 10)]), "now it is nobody's")
        },
        JobStoreConformance("Statistics count what owners see, and learn from recent runs") { bench in
            for number in 0..<4 {
                try await bench.submit("s\(number)")
                bench.clock.advance(2)
                let claim = try await bench.mustClaim()
                bench.clock.advance(Double(number))
                _ = try await bench.succeed(claim)
            }
            try await bench.submit("q", seconds: 100)
            try await bench.submit("r")
            _ = try await bench.mustClaim()
            try await bench.submit("x")
            _ = try await bench.store.cancel(Bench.id("x"), owner: nil)
            let statistics = try await bench.store.statistics()
            bench.expect(statistics.jobs, is: [.succeeded: 4, .queued: 1, .running: 1, .cancelled: 1], "jobs")
            var short = QueueStatistics.LaneFigures()
            (short.running, short.meanWait, short.p95Wait, short.meanRun, short.p95Run) = (1, 2, 2, 1.5, 3)
            bench.expect(statistics.lanes[.short], is: short, "the short lane")
            bench.expect(statistics.lanes[.bulk]?.waiting, is: 1, "the bulk lane")
            let runs = try await bench.store.recentRuns(limit: 2)
            let wanted = [3.0, 2].map {
                RecentRun(engine: "sphinx", model: "en-us", lane: .short, audioSeconds: 10, wait: 2, run: $0)
            }
            bench.expect(runs, is: wanted, "the newest runs first")
        },
    ]
}
