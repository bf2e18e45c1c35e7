import EventLoops
import JobStoreConformance
import Jobs
import SQLite
import StoresSQLite
import Testing

/// Fails at one named step, and remembers which it passed.
private final class FailingStep: FaultPoints {
    private struct Stopped: Error {}
    private let stopsAt = Guarded<String?>(nil)
    private let passed = Guarded<[String]>([])

    func arm(_ name: String?) { stopsAt.withLock { $0 = name } }
    var steps: [String] { passed.withLock { $0 } }

    func step(_ name: StaticString) async throws {
        passed.withLock { $0.append(name.description) }
        if stopsAt.withLock({ $0 }) == name.description { throw Stopped() }
    }
}

@Suite(.timeLimit(.minutes(10)))
struct FaultPointTests {
    private func submission(_ id: String, media: MediaReference = .kept(name: "m", bytes: 1)) throws -> Submission {
        Submission(
            id: try #require(JobID(id)), owner: .local, name: id, digest: "d", isEphemeral: false, key: nil,
            order: TranscriptionOrder(engine: "sphinx", model: "en-us"), media: media)
    }

    @Test func `A request that was not answered is there whole or not at all`() async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        let faults = FailingStep()
        let store = try await SQLiteJobStore.open(
            database, rules: StoreFixture.rules(ManualClock()), faults: faults)
        for (step, isThere) in [("submit.begin", false), ("submit.committed", true)] {
            faults.arm(step)
            let submission = try submission(step)
            await #expect(throws: JobStoreError.self) { try await store.submit(submission) }
            #expect((try await store.job(submission.id, owner: nil) != nil) == isThere)
            // Whoever got no answer asks again, and gets one job.
            faults.arm(nil)
            let again = try await store.submit(submission)
            if case .repeated = again { #expect(isThere) } else { #expect(!isThere) }
        }
        #expect(try await store.jobs(JobQuery(owner: nil)).count == 2)
        try await database.close()
    }

    @Test func `An end that was not answered counts once`() async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database()
        let faults = FailingStep()
        let store = try await SQLiteJobStore.open(
            database, rules: StoreFixture.rules(ManualClock()), faults: faults)
        for (step, error) in [("finish.begin", nil), ("finish.committed", JobStoreError.leaseLost)] {
            _ = try await store.submit(try submission(step))
            let claim = try #require(try await store.claim(ClaimRequest(lanes: [.short], perOwner: 9)))
            faults.arm(step)
            await #expect(throws: JobStoreError.self) {
                try await store.finish(claim.token, .succeeded(result: [1], audioSeconds: 1))
            }
            faults.arm(nil)
            do {
                _ = try await store.finish(claim.token, .succeeded(result: [2], audioSeconds: 1))
                #expect(error == nil)
            } catch let thrown {
                #expect(thrown == error)
            }
            let result = try await store.result(of: try #require(JobID(step)), owner: nil)
            #expect(result == (error == nil ? [2] : [1]))
        }
        try await database.close()
    }

    @Test func `A full disk keeps nothing of a request, says so, and passes`() async throws {
        let fixture = try StoreFixture()
        let database = try await fixture.database { $0.pageLimit = 120 }
        let store = try await SQLiteJobStore.open(database, rules: StoreFixture.rules(ManualClock()))
        var taken: [JobID] = []
        var error: JobStoreError?
        while error == nil {
            let submission = try submission("job\(taken.count)", media: .address(String(repeating: "x", count: 2000)))
            do {
                _ = try await store.submit(submission)
                taken.append(submission.id)
            } catch let thrown {
                error = thrown
            }
            try #require(taken.count < 1000)
        }
        #expect(error == .noRoom)
        #expect(try await store.jobs(JobQuery(owner: nil, limit: 2000)).map(\.job.id) == taken.reversed())
        for id in taken.prefix(taken.count / 2) { _ = try await store.delete(id, owner: nil) }
        _ = try await store.submit(try submission("again"))
        try await database.close()
    }
}
