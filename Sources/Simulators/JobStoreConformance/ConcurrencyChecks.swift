import Jobs

extension JobStoreConformance {
    static let concurrencyChecks: [JobStoreConformance] = [
        JobStoreConformance("Many workers at once share the work, each part once") { bench in
            for number in 0..<60 { try await bench.submit("j\(number)", owner: "owner\(number % 7)") }
            let done = try await withThrowingTaskGroup(of: [ExecutionID].self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        var mine: [ExecutionID] = []
                        while let claim = try await bench.claim(perOwner: 100) {
                            _ = try await bench.succeed(claim)
                            mine.append(claim.execution.id)
                        }
                        return mine
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            bench.expect(done.count, is: 60, "all of it")
            bench.expect(Set(done).count, is: 60, "each once")
        },
        JobStoreConformance("The same request twenty times at once is one job and one execution") { bench in
            let views = try await withThrowingTaskGroup(of: JobView.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await bench.store.submit(Bench.submission("a", key: "k")).view }
                }
                return try await group.reduce(into: [JobView]()) { $0.append($1) }
            }
            bench.expect(Set(views.map(\.execution.id)).count, is: 1, "one execution")
            bench.expect(try await bench.store.jobs(JobQuery(owner: nil)).count, is: 1, "one job")
        },
        JobStoreConformance("Of two ends of one attempt exactly one counts") { bench in
            for round in 0..<10 {
                try await bench.submit("a\(round)")
                let claim = try await bench.mustClaim()
                let outcomes: [Outcome] = [
                    .succeeded(result: [1], audioSeconds: 1), .failed(JobFailure(.permanent, code: "x", "x")),
                    .released,
                ]
                let counted = await withTaskGroup(of: Bool.self) { group in
                    for outcome in outcomes {
                        group.addTask {
                            await bench.error { _ = try await bench.store.finish(claim.token, outcome) } == nil
                        }
                    }
                    return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                bench.expect(counted, is: 1, "round \(round)")
                // Released work is claimable again; it must not disturb the next round.
                _ = try await bench.store.delete(Bench.id("a\(round)"), owner: nil)
            }
        },
        JobStoreConformance("A cancel and a success at once leave one of the two") { bench in
            for round in 0..<10 {
                let view = try await bench.submit("a\(round)")
                let claim = try await bench.mustClaim()
                async let cancelled = bench.store.cancel(view.job.id, owner: nil)
                let error = await bench.error { _ = try await bench.succeed(claim) }
                let state = try await bench.state("a\(round)")
                switch try await cancelled {
                case .cancelled:
                    bench.expect(error == .leaseLost && state == .cancelled, "cancelled: \(String(describing: state))")
                case .finished(.succeeded): bench.expect(error == nil && state == .succeeded, "succeeded")
                case let other: bench.expect(false, "neither: \(other)")
                }
            }
        },
    ]
}
