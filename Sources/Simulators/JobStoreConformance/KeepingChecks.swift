import Jobs

extension JobStoreConformance {
    static let keepingChecks: [JobStoreConformance] = [
        JobStoreConformance("What somebody works on with stays as long as was asked, beyond the policy") { bench in
            let media = MediaReference.kept(name: "kept", bytes: 1)
            var submission = Bench.submission("kept", key: "k", media: media)
            submission.keeping = Keeping(media: 100, text: 1000)
            _ = try await bench.store.submit(submission)
            let finished = try await bench.succeed(bench.mustClaim())
            bench.expect(finished.media == nil, "the policy keeps none, the job does")
            bench.clock.advance(99)
            let early = bench.clock.now().wall
            bench.expect(
                try await bench.store.prune(finishedBefore: early), is: Pruned(jobs: 0, media: []), "both stay")
            bench.clock.advance(2)
            let late = bench.clock.now().wall
            bench.expect(
                try await bench.store.prune(finishedBefore: late), is: Pruned(jobs: 0, media: [media]), "then the media"
            )
            bench.expect(try await bench.store.result(of: Bench.id("kept"), owner: nil), is: [1], "the text is there")
            bench.clock.advance(1000)
            let end = bench.clock.now().wall
            bench.expect(
                try await bench.store.prune(finishedBefore: end), is: Pruned(jobs: 1, media: []), "then the job")
        },
        JobStoreConformance("Who joins brings a longer stay, and what fails has none") { bench in
            try await bench.submit("plain", key: "k")
            var submission = Bench.submission("long", owner: "bob", key: "k")
            submission.keeping = Keeping(media: 50, text: Keeping.untilDeleted)
            let joined = try await bench.store.submit(submission).view
            bench.expect(joined.execution.keeping, is: submission.keeping, "the longer of the two")
            _ = try await bench.succeed(bench.mustClaim())
            bench.clock.advance(10_000_000)
            let now = bench.clock.now().wall
            bench.expect(try await bench.store.prune(finishedBefore: now).jobs, is: 0, "until somebody deletes it")
            var failing = Bench.submission("fails", key: "other", media: .kept(name: "other", bytes: 2))
            failing.keeping = submission.keeping
            _ = try await bench.store.submit(failing)
            _ = try await bench.fail(bench.mustClaim(), .permanent)
            bench.clock.advance(1_000_000)
            let later = bench.clock.now().wall
            bench.expect(try await bench.store.prune(finishedBefore: later).jobs, is: 1, "a failure is not kept")
        },
        JobStoreConformance("A known text keeps its media for who wants to listen") { bench in
            var submission = Bench.submission("known", media: .kept(name: "m", bytes: 1), result: [7])
            let plain = try await bench.store.submit(submission).view
            bench.expect(plain.execution.media == nil, "nobody wants to listen")
            submission.id = Bench.id("heard")
            submission.keeping = Keeping(media: 10)
            let heard = try await bench.store.submit(submission).view
            bench.expect(heard.execution.media, is: .kept(name: "m", bytes: 1), "somebody does")
        },
        JobStoreConformance("Media and text are let go of apart, by their owner, when the work is over") { bench in
            let media = MediaReference.kept(name: "kept", bytes: 1)
            var submission = Bench.submission("job", key: "k", media: media)
            submission.keeping = Keeping(media: 100, text: 100)
            _ = try await bench.store.submit(submission)
            let id = Bench.id("job")
            let busy = try await bench.store.shed(id, owner: nil, media: true, text: true)
            bench.expect(busy, is: .unfinished, "not while it waits")
            _ = try await bench.succeed(bench.mustClaim())
            let other = try await bench.store.shed(id, owner: Owner("bob"), media: true, text: true)
            bench.expect(other, is: .notFound, "another's job is not there")
            let first = try await bench.store.shed(id, owner: Owner("anna"), media: true, text: false)
            bench.expect(first, is: .done(media: media, key: nil), "the media")
            bench.expect(try await bench.store.result(of: id, owner: nil), is: [1], "the text stays")
            let second = try await bench.store.shed(id, owner: nil, media: true, text: true)
            bench.expect(second, is: .done(media: nil, key: "k"), "the text")
            bench.expect(try await bench.store.result(of: id, owner: nil) == nil, "it is gone")
            bench.expect(try await bench.state("job"), is: .succeeded, "the job is there")
        },
    ]
}
