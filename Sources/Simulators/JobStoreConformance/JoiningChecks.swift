import Jobs

extension JobStoreConformance {
    static let joiningChecks: [JobStoreConformance] = [
        JobStoreConformance("Nothing is computed twice: the same key joins what is unfinished") { bench in
            let first = try await bench.submit("a", key: "k")
            let joined = try await bench.store.submit(Bench.submission("b", owner: "bob", key: "k", priority: 5))
            guard case .joined(let view) = joined else { return bench.expect(false, "it joins") }
            bench.expect(view.execution.id, is: first.execution.id, "the same execution")
            bench.expect(view.execution.priority, is: 5, "the highest priority")
            bench.expect(view.execution.owner, is: Owner("anna"), "charged to its first owner")
            let claim = try await bench.mustClaim()
            bench.expect(claim.jobs.map(\.id.text), is: ["a", "b"], "both come with the claim")
            bench.expect(try await bench.claim() == nil, "there is one execution")
            let third = try await bench.store.submit(Bench.submission("c", key: "k"))
            bench.expect(third.view.state, is: .running, "it joins what runs")
            let finished = try await bench.succeed(claim, [9])
            bench.expect(finished.jobs.map(\.id.text), is: ["a", "b", "c"], "all of them end")
            for id in ["a", "b", "c"] {
                bench.expect(try await bench.store.result(of: Bench.id(id), owner: nil), is: [9], "result of \(id)")
            }
            let after = try await bench.submit("d", key: "k")
            bench.expect(after.execution.id != first.execution.id, "an ended one is not joined")
            let keyless = try await bench.submit("e")
            bench.expect(keyless.execution.id != after.execution.id, "no key joins nothing")
        },
        JobStoreConformance("A promise that joins makes the execution durable and brings its media") { bench in
            try await bench.submit("a", key: "k", isEphemeral: true, media: .passing(name: "p"))
            let media = MediaReference.kept(name: "kept", bytes: 5)
            let joined = try await bench.submit("b", key: "k", isEphemeral: true, media: media)
            bench.expect(joined.execution.isEphemeral, "an ephemeral one promises nothing")
            let durable = try await bench.submit("c", key: "k", media: media)
            bench.expect(!durable.execution.isEphemeral, "durable")
            bench.expect(durable.execution.media, is: media, "media")
            let claim = try await bench.mustClaim()
            try await bench.store.checkpoint(claim.token, 0, [1])
            bench.expect(try await bench.store.checkpoints(claim.token), is: [0: [1]], "it keeps checkpoints")
            _ = try await bench.succeed(claim, [2])
            bench.expect(try await bench.state("a") == nil, "ephemeral jobs are gone once finished")
            bench.expect(try await bench.store.result(of: Bench.id("c"), owner: nil), is: [2], "the promise is kept")
        },
        JobStoreConformance("Waiting media keeps its place when others bring theirs") { bench in
            let media = MediaReference.kept(name: "first", bytes: 1)
            try await bench.submit("a", key: "k", media: media)
            let joined = try await bench.submit("b", key: "k", media: .kept(name: "second", bytes: 1))
            bench.expect(joined.execution.media, is: media, "the media that is there stays")
        },
        JobStoreConformance("Media that has arrived is settled with its key, and joins what has the key already") {
            bench in
            let early = try await bench.submit("a", isEphemeral: true, media: .passing(name: "p"))
            let media = MediaReference.kept(name: "kept", bytes: 5)
            let kept = try await bench.store.settle(
                early.execution.id, key: "k", media: media, digest: "settled", isDurable: true)
            bench.expect(kept, is: .kept, "the first with its key")
            let view = try await bench.store.job(Bench.id("a"), owner: nil)
            bench.expect(view?.execution.key, is: "k", "key")
            bench.expect(view?.execution.media, is: media, "media")
            bench.expect(view?.job.digest, is: "settled", "digest")
            bench.expect(view?.job.isEphemeral == false && view?.execution.isEphemeral == false, "a promise now")

            let late = try await bench.submit("b", priority: 4, isEphemeral: true, media: .passing(name: "q"))
            let other = MediaReference.kept(name: "other", bytes: 5)
            let moved = try await bench.store.settle(
                late.execution.id, key: "k", media: other, digest: nil, isDurable: true)
            bench.expect(moved, is: .moved(to: early.execution.id, tookMedia: false), "the second moves")
            let joined = try await bench.store.job(Bench.id("b"), owner: nil)
            bench.expect(joined?.execution.id, is: early.execution.id, "its job moved")
            bench.expect(joined?.execution.priority, is: 4, "with its priority")
            bench.expect(joined?.job.isEphemeral, is: false, "as a promise")
            bench.expect(joined?.job.digest, is: "digest", "with its own digest when there is no other")
            let claims = [try await bench.claim(), try await bench.claim()].compactMap(\.self)
            bench.expect(claims.map(\.execution.id), is: [early.execution.id], "the younger is not computed")
        },
        JobStoreConformance("An older execution whose media was passing takes what is settled") { bench in
            let early = try await bench.submit("a", key: "k", isEphemeral: true, media: .passing(name: "p"))
            let late = try await bench.submit("b", isEphemeral: true, media: .passing(name: "q"))
            let claims = [try await bench.mustClaim(), try await bench.mustClaim()]
            let media = MediaReference.kept(name: "kept", bytes: 5)
            let moved = try await bench.store.settle(
                late.execution.id, key: "k", media: media, digest: "settled", isDurable: true)
            bench.expect(moved, is: .moved(to: early.execution.id, tookMedia: true), "it took the media")
            let view = try await bench.store.job(Bench.id("b"), owner: nil)
            bench.expect(view?.execution.media, is: media, "media")
            bench.expect(view?.execution.isEphemeral, is: false, "durable")
            bench.expect(view?.job.digest, is: "settled", "digest")
            for claim in claims where claim.execution.id == late.execution.id {
                let error = await bench.error { _ = try await bench.succeed(claim) }
                bench.expect(error, is: .leaseLost, "the worker of the younger learns that it is over")
            }
        },
        JobStoreConformance("Settling what is gone or failed is refused, a success takes the key") { bench in
            let media = MediaReference.kept(name: "kept", bytes: 5)
            let unknown = await bench.error {
                _ = try await bench.store.settle(
                    ExecutionID("none"), key: "k", media: media, digest: "settled", isDurable: true)
            }
            bench.expect(unknown, is: .notFound, "unknown")
            try await bench.submit("a", media: .passing(name: "p"))
            let failed = try await bench.mustClaim()
            _ = try await bench.fail(failed, .permanent)
            let refused = await bench.error {
                _ = try await bench.store.settle(
                    failed.execution.id, key: "k", media: media, digest: "settled", isDurable: true)
            }
            bench.expect(refused, is: .notFound, "failed")
            try await bench.submit("b", media: .passing(name: "p"))
            let done = try await bench.mustClaim()
            _ = try await bench.succeed(done)
            let kept = try await bench.store.settle(
                done.execution.id, key: "k", media: media, digest: "settled", isDurable: true)
            bench.expect(kept, is: .kept, "succeeded")
            bench.expect(try await bench.store.job(Bench.id("b"), owner: nil)?.execution.key, is: "k", "key")
        },
    ]
}
