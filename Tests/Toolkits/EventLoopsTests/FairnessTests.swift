import Glibc
import Testing

@testable import EventLoops

/// Writes down what the loop reports, in order.
private actor Recorder {
    enum Entry: Equatable {
        case heard(Readiness)
        case job
    }

    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private(set) var entries: [Entry] = []
    private var awaited: (@Sendable ([Entry]) -> Bool, CheckedContinuation<Void, Never>)?
    private var pairs: [SocketPair] = []
    /// Gets a byte as soon as the first thing has happened: what comes last and must not wait for the rest.
    private var late: SocketPair?
    private var ears: [Ear] = []

    init(_ loop: EventLoop) { self.loop = loop }

    /// Descriptors of which each has room to write, and one that has a byte to read once the first was served.
    func watch(writers: Int) throws {
        for _ in 0..<writers { try add(for: .writable) }
        late = try add(for: .readable)
    }

    @discardableResult
    private func add(for events: Readiness) throws -> SocketPair {
        let pair = try SocketPair()
        let ear = Ear(self)
        pairs.append(pair)
        ears.append(ear)
        try loop.register(pair.near.number, for: events, handler: ear)
        return pair
    }

    /// Jobs that wait on the loop; the first of them gives a socket its byte.
    func queue(jobs: Int) throws {
        late = try add(for: .readable)
        // Awaited by `wait`, which wants them all.
        for _ in 0..<jobs { Task { note(.job) } }
    }

    /// As `queue`, and another thread brings a job while the first of them runs.
    func queueWithOneFromElsewhere(jobs: Int) {
        // Awaited by `wait`, all of them.
        Task { [loop] in
            Task.detached { await self.note(.job) }
            while loop.inbox.withLock({ $0.jobs.isEmpty }) { sched_yield() }
            note(.job)
        }
        for _ in 1..<jobs { Task { note(.job) } }
    }

    func watchFirst(for events: Readiness) throws {
        try loop.modify(pairs[0].near.number, to: events)
    }

    func note(_ entry: Entry) {
        entries.append(entry)
        if entries.count == 1, let late { #expect(write(late.far.number, "x", 1) == 1) }
        guard let (isEnough, waiter) = awaited, isEnough(entries) else { return }
        awaited = nil
        waiter.resume()
    }

    func wait(until isEnough: @escaping @Sendable ([Entry]) -> Bool) async {
        if isEnough(entries) { return }
        await withCheckedContinuation { awaited = (isEnough, $0) }
    }

    func forgetAll() {
        for pair in pairs { loop.deregister(pair.near.number) }
        entries = []
    }

    /// Two turns with a timer in between: whatever was to be reported has been.
    func restTwoTurns() async {
        for _ in 0..<2 {
            await withCheckedContinuation { done in _ = loop.schedule(after: .milliseconds(1)) { done.resume() } }
        }
    }
}

private final class Ear: EventHandler {
    private let recorder: Recorder

    init(_ recorder: Recorder) { self.recorder = recorder }

    func ready(_ events: Readiness) {
        recorder.assumeIsolated { $0.note(.heard(events)) }
    }
}

private final class SocketPair: Sendable {
    let near: OwnedDescriptor
    let far: OwnedDescriptor

    init() throws {
        var pair: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        near = OwnedDescriptor(taking: pair[0])
        far = OwnedDescriptor(taking: pair[1])
    }
}

@Suite("Fairness of the event loop")
struct FairnessTests {
    private func withRecorder(_ body: (Recorder) async throws -> Void) async throws {
        let loop = try EventLoop(name: "fair")
        let recorder = Recorder(loop)
        let result: Result<Void, any Error>
        do { result = .success(try await body(recorder)) } catch { result = .failure(error) }
        await recorder.forgetAll()
        await loop.shutDown()
        try result.get()
    }

    @Test("what has come is heard before a hundred that could be written to are all served")
    func readersFirst() async throws {
        try await withRecorder { recorder in
            try await recorder.watch(writers: 100)
            await recorder.wait { $0.count > 200 }
            let place = try #require(await recorder.entries.firstIndex(of: .heard(.readable)))
            #expect((1...16).contains(place))
        }
    }

    @Test("writers all get their turn while something is readable all the time")
    func writersToo() async throws {
        try await withRecorder { recorder in
            try await recorder.watch(writers: 100)
            await recorder.wait { $0.filter { $0 == .heard(.writable) }.count >= 100 }
        }
    }

    @Test("a socket is heard before a thousand jobs have all run, and they run all the same")
    func jobsInSlices() async throws {
        try await withRecorder { recorder in
            try await recorder.queue(jobs: 1000)
            await recorder.wait { $0.filter { $0 == .job }.count == 1000 }
            let place = try #require(await recorder.entries.firstIndex(of: .heard(.readable)))
            #expect((1...64).contains(place))
        }
    }

    @Test("a job from another thread is not forgotten while a long queue is worked off in slices")
    func jobFromElsewhere() async throws {
        try await withRecorder { recorder in
            await recorder.queueWithOneFromElsewhere(jobs: 100)
            await recorder.wait { $0.count == 101 }
        }
    }

    @Test("who no longer asks for room to write is not told of it, until asking again")
    func toggled() async throws {
        try await withRecorder { recorder in
            try await recorder.watch(writers: 1)
            await recorder.wait { $0.contains(.heard(.writable)) }
            try await recorder.watchFirst(for: .peerClosed)
            await recorder.restTwoTurns()
            let before = await recorder.entries.filter { $0 == .heard(.writable) }.count
            await recorder.restTwoTurns()
            #expect(await recorder.entries.filter { $0 == .heard(.writable) }.count == before)
            try await recorder.watchFirst(for: [.readable, .writable])
            await recorder.wait { $0.filter { $0 == .heard(.writable) }.count > before }
        }
    }
}
