import Jobs

extension JobStoreConformance {
    static let submissionChecks: [JobStoreConformance] = [
        JobStoreConformance("What was submitted comes back whole") { bench in
            let submission = Bench.submission(
                "a", key: "k", priority: 3, seconds: 61, batch: "batch", callback: Bench.callback("a"))
            guard case .queued(let view) = try await bench.store.submit(submission) else {
                return bench.expect(false, "a new job is queued")
            }
            let wanted = JobView(
                job: Job(
                    id: submission.id, owner: submission.owner, execution: view.execution.id, name: "a.ogg",
                    priority: 3, batch: submission.batch, callback: submission.callback, digest: "digest",
                    createdAt: bench.clock.now().wall),
                execution: Execution(
                    id: view.execution.id, key: "k", order: submission.order, media: submission.media, lane: .bulk,
                    priority: 3, owner: submission.owner, batch: submission.batch, isEphemeral: false,
                    createdAt: bench.clock.now().wall))
            bench.expect(view, is: wanted, "the answer is what was asked for")
            let read = try await bench.store.job(submission.id, owner: submission.owner)
            bench.expect(read, is: wanted, "it reads back the same")
        },
        JobStoreConformance("A job of another owner is not found, whatever is asked of it") { bench in
            let id = Bench.id("a")
            try await bench.submit("a")
            let other = Owner("eve")
            let seen = try await bench.store.job(id, owner: other)
            bench.expect(seen == nil, "job")
            bench.expect(try await bench.store.cancel(id, owner: other), is: .notFound, "cancel")
            bench.expect(try await bench.store.delete(id, owner: other), is: .notFound, "delete")
            bench.expect(try await bench.store.retry(id, owner: other) == nil, "retry")
            _ = try await bench.succeed(bench.mustClaim())
            bench.expect(try await bench.store.result(of: id, owner: other) == nil, "result")
            bench.expect(try await bench.store.result(of: id, owner: nil), is: [1], "administrators see it")
            bench.expect(try await bench.store.jobs(JobQuery(owner: other)).isEmpty, "jobs")
        },
        JobStoreConformance("The same request again is the same job, another with its id is refused") { bench in
            let first = try await bench.submit("a", key: "k")
            let again = try await bench.store.submit(Bench.submission("a", key: "k"))
            bench.expect(again, is: .repeated(first), "repeated")
            for other in [Bench.submission("a", digest: "other"), Bench.submission("a", owner: "eve")] {
                let error = await bench.error { _ = try await bench.store.submit(other) }
                bench.expect(error, is: .idTaken, "another request with the id")
            }
            bench.expect(try await bench.store.jobs(JobQuery(owner: nil)).count, is: 1, "there is one job")
            _ = try await bench.succeed(bench.mustClaim())
            let later = try await bench.store.submit(Bench.submission("a", key: "k"))
            bench.expect(later.view.state, is: .succeeded, "it is the same job after its end")
        },
        JobStoreConformance("A repeated request that asks for a promise makes the job durable") { bench in
            try await bench.submit("a", isEphemeral: true, media: .passing(name: "p"))
            let media = MediaReference.kept(name: "kept", bytes: 5)
            let again = try await bench.store.submit(Bench.submission("a", media: media)).view
            bench.expect(!again.job.isEphemeral && !again.execution.isEphemeral, "both are durable")
            bench.expect(again.execution.media, is: media, "it brings its media")
        },
        JobStoreConformance("What is known already is a success from the start", rules: { $0.waitingPerOwner = 0 }) {
            bench in
            let view = try await bench.store.submit(Bench.submission("a", key: "k", result: [7, 8])).view
            bench.expect(view.state, is: .succeeded, "state")
            bench.expect(view.execution.media == nil, "its media is not needed")
            bench.expect(try await bench.store.result(of: view.job.id, owner: view.job.owner), is: [7, 8], "result")
            bench.expect(try await bench.claim() == nil, "it is never queued")
            let passing = Bench.submission("b", isEphemeral: true, result: [1])
            bench.expect(try await bench.store.submit(passing).view.state, is: .succeeded, "an ephemeral one too")
            bench.expect(try await bench.state("b") == nil, "which is not kept")
        },
        JobStoreConformance("More jobs of one owner than may wait are refused", rules: { $0.waitingPerOwner = 2 }) {
            bench in
            try await bench.submit("a")
            try await bench.submit("b")
            let error = await bench.error { try await bench.submit("c") }
            guard case .tooManyWaiting(let seconds) = error else {
                return bench.expect(false, "the third is refused, not \(String(describing: error))")
            }
            bench.expect(seconds > 0, "it says when to come back")
            try await bench.submit("d", owner: "bob")
            let claim = try await bench.mustClaim()
            try await bench.submit("e")
            bench.expect(await bench.error { try await bench.submit("f") } != nil, "running ones do not wait")
            _ = try await bench.store.finish(claim.token, .released)
            _ = try await bench.store.cancel(Bench.id("e"), owner: nil)
            bench.expect(await bench.error { try await bench.submit("g") } != nil, "released ones wait again")
            _ = try await bench.store.cancel(Bench.id("b"), owner: nil)
            try await bench.submit("h")
        },
        JobStoreConformance("Lists are the newest first, by owner, batch and the state that the owner sees") { bench in
            for id in ["a", "b", "c", "d"] {
                _ = try await bench.store.submit(Bench.submission(id, batch: id < "c" ? "x" : nil))
            }
            try await bench.submit("e", owner: "bob")
            _ = try await bench.store.cancel(Bench.id("b"), owner: nil)
            func list(_ query: JobQuery) async throws -> [String] {
                try await bench.store.jobs(query).map(\.job.id.text)
            }
            let anna = Owner("anna")
            bench.expect(try await list(JobQuery(owner: nil)), is: ["e", "d", "c", "b", "a"], "all")
            bench.expect(try await list(JobQuery(owner: anna, limit: 2)), is: ["d", "c"], "two of one owner")
            bench.expect(try await list(JobQuery(owner: nil, batch: Bench.id("x"))), is: ["b", "a"], "a batch")
            bench.expect(try await list(JobQuery(owner: anna, states: [.cancelled])), is: ["b"], "cancelled")
            bench.expect(
                try await list(JobQuery(owner: anna, states: [.queued, .running])), is: ["d", "c", "a"], "unfinished")
            bench.expect(try await list(JobQuery(owner: nil, states: [])), is: [], "no state")
            bench.expect(try await list(JobQuery(owner: nil, limit: 0)), is: [], "none")
        },
    ]
}
