import Jobs
import Synchronization
import Testing
import Transcription
import Transcripts

@testable import Scheduling

/// Nodes in one process; a wire may be cut.
final class TestWires: Sendable {
    private struct Wire: NewsWire {
        let wires: TestWires
        let number: Int

        func send(_ news: News) { wires.carry(news, from: number) }
        func news() -> AsyncStream<News> { wires.listen(number) }
    }

    private struct State {
        var listeners: [Int: AsyncStream<News>.Continuation] = [:]
        var isCut = false
        var count = 0
    }

    private let state = Mutex(State())

    func wire() -> any NewsWire {
        Wire(
            wires: self,
            number: state.withLock {
                $0.count += 1
                return $0.count
            })
    }

    func cut() { state.withLock { $0.isCut = true } }

    private func listen(_ number: Int) -> AsyncStream<News> {
        let (stream, continuation) = AsyncStream.makeStream(of: News.self)
        state.withLock { $0.listeners[number] = continuation }
        return stream
    }

    private func carry(_ news: News, from sender: Int) {
        let listeners = state.withLock { state in state.isCut ? [:] : state.listeners.filter { $0.key != sender } }
        for listener in listeners.values { listener.yield(news) }
    }
}

/// A node that only takes requests beside one that only works.
@Suite("One queue, several nodes", .timeLimit(.minutes(10)))
struct SharedQueueTests {
    private let wires = TestWires()
    private let door: ScriptedHouse
    private let worker: ScriptedHouse

    init() {
        let base = ScriptedHouse()
        var none = Dispatcher.Configuration(places: [.short: 0, .bulk: 0])
        none.decodesEarly = false
        door = ScriptedHouse(beside: base, wire: wires.wire(), configuration: none)
        var all = Dispatcher.Configuration(places: [.short: 2, .bulk: 2])
        all.rest = 0.2
        all.engines = { [EngineName(engine: "test", model: "m")] }
        worker = ScriptedHouse(beside: base, wire: wires.wire(), configuration: all)
    }

    private func running(_ body: () async throws -> Void) async throws {
        try await door.running { try await worker.running(body) }
    }

    @Test("a request that waits at one node is computed at another")
    func elsewhere() async throws {
        try await running {
            let admission = try await door.send("one")
            #expect(try await door.ending(of: admission).get().text == "words")
            #expect(worker.engine.count == 1 && door.engine.count == 0)
            #expect(try await door.store.job(admission.job, owner: nil)?.state == .succeeded)
        }
    }

    @Test("without any news the text still comes, from the store")
    func silence() async throws {
        wires.cut()
        try await running {
            let ending = try await door.ending(of: try await door.send("one"))
            #expect(try ending.get().text == "words")
        }
    }

    @Test("watchers at one node see the steps made at another")
    func progress() async throws {
        let gate = Gate()
        worker.engine.answer { _ in
            await gate.wait()
            return Recognition(text: "words")
        }
        try await running {
            let admission = try await door.send("one", durable: true)
            var stages: [JobProgress.Stage] = []
            for await step in try await door.transcriptions.watch(admission.job, owner: .local) {
                if stages.last != step.stage { stages.append(step.stage) }
                if step.stage == .transcribing { await gate.open() }
            }
            #expect(stages.contains(.transcribing) && stages.last == .completed)
        }
    }

    @Test("cancelling at one node stops the engine at another")
    func cancel() async throws {
        let (started, stopped) = (Gate(), Gate())
        worker.engine.answer { _ in
            await started.open()
            return try await withTaskCancellationHandler {
                await stopped.wait()
                throw CancellationError()
            } onCancel: {
                Task { await stopped.open() }
            }
        }
        try await running {
            let admission = try await door.send("one", durable: true)
            await started.wait()
            #expect(try await door.transcriptions.cancel(admission.job, owner: .local) == .cancelled)
            await stopped.wait()
            #expect(try await door.ending(of: admission) == .failure(.cancelled))
        }
    }

    @Test("a failure at another node is told with its reason")
    func failure() async throws {
        worker.engine.answer { _ in throw EngineError(.unknownLanguage, "Nobody knows it.") }
        try await running {
            let ending = try await door.ending(of: try await door.send("one"))
            guard case .failure(let reason) = ending else { return #expect(Bool(false), "it succeeded") }
            #expect(reason.code != "cancelled")
        }
    }
}

@Suite("Jobs that nobody was promised anything for")
struct FleetingJobsTests {
    @Test("they stay for a minute after the last reader, and are named once")
    func due() async throws {
        let jobs = FleetingJobs()
        let id = try #require(JobID("a"))
        await jobs.add(id)
        #expect(await jobs.due(1e9).isEmpty, "somebody still waits")
        await jobs.release(id, at: 100)
        #expect(await jobs.due(159.9).isEmpty)
        #expect(await jobs.due(160) == [id])
        #expect(await jobs.due(1e9).isEmpty)
    }

    @Test("a promised job is none of them")
    func promised() async throws {
        let jobs = FleetingJobs()
        await jobs.release(try #require(JobID("a")), at: 0)
        #expect(await jobs.due(1e9).isEmpty)
    }
}
