import Glibc
import Synchronization
import Testing

@testable import EventLoops

/// An actor pinned to a loop, with a descriptor of its own.
private actor Pinned: EventHandler {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private(set) var seen: [Readiness] = []
    private var waiter: CheckedContinuation<Void, Never>?
    private var fired: [Int] = []

    init(_ loop: EventLoop) { self.loop = loop }

    nonisolated func ready(_ events: Readiness) {
        assumeIsolated { actor in
            actor.seen.append(events)
            actor.loop.deregister(actor.watched)
            actor.waiter?.resume()
            actor.waiter = nil
        }
    }

    private var watched: Int32 = -1

    func waitReadable(_ descriptor: Int32) async throws {
        watched = descriptor
        try loop.register(descriptor, for: [.readable, .peerClosed], handler: self)
        await withCheckedContinuation { waiter = $0 }
    }

    func isOnLoop() -> Bool { loop.isCurrent }

    func timers(_ delays: [(Int, Duration)], cancelling: Set<Int>) async -> [Int] {
        await withCheckedContinuation { done in
            for (value, delay) in delays {
                let timer = loop.schedule(after: delay) { [self] in assumeIsolated { $0.fired.append(value) } }
                if cancelling.contains(value) { loop.cancel(timer) }
            }
            _ = loop.schedule(after: .milliseconds(40)) { done.resume() }
        }
        return fired
    }

    func callConcurrent() async -> (during: Bool, after: Bool) {
        let during = await isCurrentConcurrently(loop)
        return (during, loop.isCurrent)
    }
}

@concurrent
private func isCurrentConcurrently(_ loop: EventLoop) async -> Bool { loop.isCurrent }

private func isCurrentHere(_ loop: EventLoop) async -> Bool { loop.isCurrent }

@Suite("Event loop")
struct EventLoopTests {
    private func withLoop(_ body: (EventLoop) async throws -> Void) async throws {
        let loop = try EventLoop(name: "test")
        do { try await body(loop) } catch {
            await loop.shutDown()
            throw error
        }
        await loop.shutDown()
    }

    @Test("an actor pinned to a loop runs on its thread, and returns to it after a concurrent call")
    func executor() async throws {
        try await withLoop { loop in
            let pinned = Pinned(loop)
            #expect(await pinned.isOnLoop())
            let place = await pinned.callConcurrent()
            #expect(!place.during, "a concurrent function must leave the loop")
            #expect(place.after)
            #expect(!loop.isCurrent)
        }
    }

    @Test("a task that prefers the loop runs its nonisolated code there")
    func taskExecutor() async throws {
        try await withLoop { loop in
            let place = await Task(executorPreference: loop.taskExecutor) {
                let before = await isCurrentHere(loop)
                await Task.yield()
                return before && loop.isCurrent
            }.value
            #expect(place)
        }
    }

    @Test("a descriptor reports bytes and the peer's goodbye")
    func readiness() async throws {
        try await withLoop { loop in
            var pair: [Int32] = [0, 0]
            try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
            let near = OwnedDescriptor(taking: pair[0])
            let far = pair[1]
            let pinned = Pinned(loop)
            async let first: Void = pinned.waitReadable(near.number)
            #expect(write(far, "x", 1) == 1)
            try await first
            #expect(await pinned.seen == [.readable])
            close(far)
            try await pinned.waitReadable(near.number)
            #expect(await pinned.seen.last?.contains(.peerClosed) == true)
        }
    }

    @Test("timers fire in order of time, and cancelled ones never")
    func timers() async throws {
        try await withLoop { loop in
            let delays: [(Int, Duration)] = [(3, .milliseconds(9)), (1, .zero), (2, .milliseconds(3)), (4, .zero)]
            #expect(await Pinned(loop).timers(delays, cancelling: [4]) == [1, 2, 3])
        }
    }

    @Test("thousands of jobs from many threads all run, each once")
    func manyJobs() async throws {
        try await withLoop { loop in
            let counter = Counter(loop)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<8 { group.addTask { for _ in 0..<500 { await counter.increment() } } }
            }
            #expect(await counter.value == 4000)
        }
    }

    @Test("a stopped loop has ended its thread")
    func shutDown() async throws {
        let loop = try EventLoop(name: "stops")
        await loop.shutDown()
        await loop.shutDown()
        #expect(loop.thread.load(ordering: .relaxed) == 0)
    }
}

private actor Counter {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private(set) var value = 0

    init(_ loop: EventLoop) { self.loop = loop }

    func increment() { value += 1 }
}
