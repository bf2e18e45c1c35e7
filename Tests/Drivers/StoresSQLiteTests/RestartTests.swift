import JobStoreConformance
import Jobs
import SQLite
import StoresSQLite
import Testing

@Suite(.timeLimit(.minutes(10)))
struct RestartTests {
    private let fixture: StoreFixture
    private let clock = ManualClock()

    init() throws { fixture = try StoreFixture() }

    private func submission(
        _ id: String, key: String? = nil, isEphemeral: Bool = false,
        media: MediaReference = .kept(name: "media", bytes: 1)
    ) throws -> Submission {
        Submission(
            id: try #require(JobID(id)), owner: .local, name: id, digest: "d", isEphemeral: isEphemeral, key: key,
            order: TranscriptionOrder(engine: "sphinx", model: "en-us"), media: media, audioSeconds: 5)
    }

    /// A server's life: the store is used and left, as a kill leaves it, without being closed.
    private func life<Value>(boot: String = "boot", _ body: (SQLiteJobStore) async throws -> Value) async throws
        -> Value
    {
        let database = try await fixture.database()
        return try await body(
            try await SQLiteJobStore.open(database, rules: StoreFixture.rules(clock), boot: boot))
    }

    private func state(_ store: SQLiteJobStore, _ id: String) async throws -> ExecutionState? {
        try await store.job(try #require(JobID(id)), owner: nil)?.state
    }

    @Test func `A server that died loses its leases and nothing else`() async throws {
        let stale = try await life { store in
            _ = try await store.submit(submission("a"))
            let claim = try #require(try await store.claim(ClaimRequest(lanes: [.short], perOwner: 1, lease: 1e6)))
            try await store.checkpoint(claim.token, 2, [1, 2, 3])
            return claim
        }
        try await life { store in
            #expect(try await state(store, "a") == .queued)
            await #expect(throws: JobStoreError.leaseLost) { try await store.finish(stale.token, .released) }
            let claim = try #require(try await store.claim(ClaimRequest(lanes: [.short], perOwner: 1)))
            #expect(claim.execution.attempt == stale.execution.attempt + 1)
            #expect(claim.execution.crashes == 0 && claim.execution.errors == 0)
            #expect(try await store.checkpoints(claim.token) == [2: [1, 2, 3]])
        }
    }

    @Test func `What was promised to nobody is gone, what was promised stays`() async throws {
        try await life { store in
            _ = try await store.submit(submission("ephemeral", isEphemeral: true, media: .kept(name: "e", bytes: 1)))
            _ = try await store.submit(submission("arriving", media: .passing(name: "p")))
            _ = try await store.submit(submission("promised", key: "k"))
            _ = try await store.submit(submission("beside", key: "k", isEphemeral: true))
            _ = try await store.submit(submission("left", key: "l"))
            _ = try await store.submit(submission("watcher", key: "l", isEphemeral: true))
            _ = try await store.cancel(try #require(JobID("left")), owner: nil)
        }
        try await life { store in
            for id in ["ephemeral", "arriving", "beside", "watcher"] {
                #expect(try await state(store, id) == nil, "\(id)")
            }
            #expect(try await state(store, "promised") == .queued)
            #expect(try await state(store, "left") == .cancelled)
            #expect(Set(store.droppedMedia) == [.kept(name: "e", bytes: 1), .passing(name: "p")])
            let claim = try #require(try await store.claim(ClaimRequest(lanes: [.short], perOwner: 9)))
            #expect(claim.jobs.map(\.id.text) == ["promised"])
            #expect(try await store.claim(ClaimRequest(lanes: [.short], perOwner: 9)) == nil)
            // The same request is new again.
            _ = try await store.submit(submission("arriving"))
        }
    }

    @Test(arguments: ["boot", "another"])
    func `A wait goes on within one start of the machine and ends with it`(boot: String) async throws {
        try await life { store in
            _ = try await store.submit(submission("a"))
            let claim = try #require(try await store.claim(ClaimRequest(lanes: [.short], perOwner: 1)))
            let busy = JobFailure(.transient, code: "busy", "The provider is busy; it is tried again.")
            _ = try await store.finish(claim.token, .failed(busy))
        }
        // After a start of the machine its clock begins anew, far before the moment that was written.
        if boot != "boot" { clock.advance(-990) }
        try await life(boot: boot) { store in
            #expect(try await store.nextDue() == (boot == "boot" ? 5 : 0))
            let claim = try await store.claim(ClaimRequest(lanes: [.short], perOwner: 1))
            #expect((claim != nil) == (boot != "boot"))
        }
    }

    @Test func `A server that was replaced while it was stopped changes nothing any more`() async throws {
        let databases = (try await fixture.database(), try await fixture.database())
        let old = try await SQLiteJobStore.open(databases.0, rules: StoreFixture.rules(clock))
        _ = try await old.submit(submission("a"))
        let held = try #require(try await old.claim(ClaimRequest(lanes: [.short], perOwner: 1)))
        let new = try await SQLiteJobStore.open(databases.1, rules: StoreFixture.rules(clock))
        for attempt in 0..<3 {
            do {
                switch attempt {
                case 0: _ = try await old.submit(submission("b"))
                case 1: _ = try await old.claim(ClaimRequest(lanes: [.short], perOwner: 1))
                default: _ = try await old.finish(held.token, .succeeded(result: [1], audioSeconds: 1))
                }
                Issue.record("attempt \(attempt) of the old server succeeded")
            } catch {
                #expect("\(error)".contains("another server"))
            }
        }
        #expect(try await state(new, "a") == .queued)
        #expect(try await state(new, "b") == nil)
        try await databases.1.close()
        try await databases.0.close()
    }

    @Test func `A pause outlives the server`() async throws {
        try await life { try await $0.setPaused(true) }
        let isPaused = try await life { try await $0.statistics().isPaused }
        #expect(isPaused)
    }

    @Test func `The kernel names the start of the machine`() {
        #expect(BootIdentifier.current().count == 36)
        #expect(BootIdentifier.current() == BootIdentifier.current())
    }
}
