import Jobs
import Testing

struct ExecutionTransitionTests {
    private static let now = JobInstant(monotonic: 100, wall: 1_700_000_000)
    private static let policy = RetryPolicy()

    private func execution(_ state: ExecutionState) -> Execution {
        var execution = Execution(
            id: ExecutionID("e"), key: "k", order: TranscriptionOrder(engine: "sphinx", model: "en-us"),
            media: .kept(name: "m", bytes: 1), lane: .short, priority: 0, owner: .local, isEphemeral: false,
            createdAt: 1_700_000_000)
        execution.state = state
        return execution
    }

    private func apply(_ event: ExecutionEvent, to execution: inout Execution, at now: JobInstant) -> Bool {
        execution.apply(event, at: now, Self.policy)
    }

    private static let events: [ExecutionEvent] = [
        .claimed(lease: 30), .renewed(lease: 30), .succeeded, .failed(JobFailure(.permanent, code: "x", "x")),
        .released, .leaseLost, .abandoned, .retried,
    ]

    /// Which of the events above each state takes, and where they lead.
    private static let table: [ExecutionState: [Int: ExecutionState]] = [
        .queued: [0: .running, 6: .cancelled],
        .running: [1: .running, 2: .succeeded, 3: .failed, 4: .queued, 5: .queued, 6: .cancelled],
        .waiting: [0: .running, 6: .cancelled],
        .succeeded: [:],
        .failed: [7: .queued],
        .cancelled: [7: .queued],
    ]

    @Test(arguments: ExecutionState.allCases)
    func `Every state takes the events of the table and no other`(state: ExecutionState) {
        for (index, event) in Self.events.enumerated() {
            var execution = execution(state)
            let before = execution
            let isPossible = execution.apply(event, at: Self.now, Self.policy)
            #expect(isPossible == (Self.table[state]?[index] != nil), "\(state) \(event)")
            #expect(execution.state == Self.table[state]?[index] ?? state)
            if !isPossible { #expect(execution == before) }
        }
    }

    @Test func `Each claim raises the fencing number and no other event does`() {
        var execution = execution(.queued)
        for round in 1...3 {
            #expect(apply(.claimed(lease: 30), to: &execution, at: Self.now))
            #expect(execution.attempt == round)
            #expect(execution.leaseEnds == 130)
            #expect(apply(.released, to: &execution, at: Self.now))
            #expect(execution.leaseEnds == nil)
        }
        #expect(execution.errors == 0 && execution.crashes == 0)
    }

    @Test func `A transient error waits longer each time and ends after the retries`() {
        var execution = execution(.queued)
        var now = Self.now
        for wait in [5.0, 10.0] {
            #expect(apply(.claimed(lease: 30), to: &execution, at: now))
            #expect(apply(.failed(JobFailure(.transient, code: "busy", "x")), to: &execution, at: now))
            #expect(execution.state == .waiting)
            #expect(execution.notBefore == now.monotonic + wait)
            let early = JobInstant(monotonic: now.monotonic + wait - 0.001, wall: now.wall)
            #expect(!apply(.claimed(lease: 30), to: &execution, at: early))
            now.monotonic += wait
        }
        #expect(apply(.claimed(lease: 30), to: &execution, at: now))
        #expect(apply(.failed(JobFailure(.transient, code: "busy", "x")), to: &execution, at: now))
        #expect(execution.state == .failed)
        #expect(execution.errors == 3 && execution.crashes == 0)
    }

    @Test func `The second crash is the last, whatever other errors came between`() {
        var execution = execution(.queued)
        for kind in [JobFailure.Kind.crash, .transient, .crash] {
            #expect(!execution.state.isFinal)
            execution.notBefore = nil
            #expect(apply(.claimed(lease: 30), to: &execution, at: Self.now))
            #expect(apply(.failed(JobFailure(kind, code: "x", "x")), to: &execution, at: Self.now))
        }
        #expect(execution.state == .failed)
        #expect(execution.crashes == 2 && execution.errors == 1)
    }

    @Test func `What has no media cannot be tried again`() {
        var execution = execution(.failed)
        execution.media = nil
        #expect(!apply(.retried, to: &execution, at: Self.now))
    }

    @Test(arguments: [(0.0, 2.5), (1.0, 5.0), (-3.0, 2.5), (7.0, 5.0)])
    func `Jitter keeps a wait between half of it and all of it`(jitter: Double, wait: Double) {
        #expect(RetryPolicy().wait(afterErrors: 1, jitter: jitter) == wait)
    }

    @Test func `No wait is longer than the longest`() {
        #expect(RetryPolicy().wait(afterErrors: 40, jitter: 1) == 300)
    }

    @Test(arguments: ["", "-a", ".a", "a b", "a/b", "ä", String(repeating: "a", count: 65), "a\u{0}"])
    func `Hostile job ids are refused`(text: String) {
        #expect(JobID(text) == nil)
    }

    @Test(arguments: ["a", "A.b_c-9", String(repeating: "a", count: 64)])
    func `Ordinary job ids are taken`(text: String) {
        #expect(JobID(text)?.text == text)
    }
}
