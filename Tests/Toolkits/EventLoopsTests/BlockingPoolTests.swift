import Glibc
import Synchronization
import Testing

@testable import EventLoops

@Suite("Blocking pool")
struct BlockingPoolTests {
    private struct Broken: Error {}

    @Test("results and errors come back to their callers")
    func results() async throws {
        let pool = try BlockingPool(threads: 2)
        #expect(try await pool.run { 6 * 7 } == 42)
        await #expect(throws: Broken.self) { try await pool.run { throw Broken() } }
    }

    @Test("never more calls at once than threads, and all of them run")
    func bound() async throws {
        let pool = try BlockingPool(threads: 3, queue: 1000)
        let gauge = Gauge()
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    try await pool.run {
                        gauge.enter()
                        defer { gauge.leave() }
                        return 1
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(total == 200)
        #expect(gauge.peak.load(ordering: .relaxed) <= 3)
    }

    @Test("a full queue refuses instead of growing, and a closed pool refuses all")
    func full() async throws {
        let pool = try BlockingPool(threads: 1, queue: 1)
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let gate = try Gate()
        let busy = Task {
            try await pool.run {
                start.yield(); gate.wait()
            }
        }
        for await _ in started { break }
        // The only thread is held. Of two more calls the queue has a place for one, whichever comes first.
        let calls = [0, 1].map { _ in Task { try await pool.run {} } }
        let first = await withTaskGroup(of: Result<Void, any Error>.self) { group in
            for call in calls { group.addTask { await call.result } }
            let first = await group.next()
            gate.open()
            return first
        }
        #expect(throws: BlockingPool.Refusal.queueFull(limit: 1)) { try first?.get() }
        try await busy.value
        pool.shutDown()
        await #expect(throws: BlockingPool.Refusal.shutDown) { try await pool.run {} }
    }

    @Test("two calls that come at once each get a thread, though only one rests")
    func twoAtOnce() async throws {
        for _ in 0..<300 {
            let pool = try BlockingPool(threads: 2)
            try await pool.run {}
            let meeting = Meeting()
            let met = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        try await pool.run { meeting.waitForTheOther() }
                    }
                }
                return try await group.allSatisfy { $0 }
            }
            pool.shutDown()
            #expect(met)
            if !met { return }
        }
    }
}

/// Holds one thread until opened.
private final class Gate: Sendable {
    private let pipe: (Int32, Int32)

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(Glibc.pipe(&ends) == 0)
        pipe = (ends[0], ends[1])
    }

    deinit {
        close(pipe.0)
        close(pipe.1)
    }

    func wait() {
        var byte: UInt8 = 0
        _ = read(pipe.0, &byte, 1)
    }

    func open() { _ = write(pipe.1, "x", 1) }
}

private final class Gauge: Sendable {
    let running = Atomic<Int>(0)
    let peak = Atomic<Int>(0)

    func enter() {
        let now = running.add(1, ordering: .relaxed).newValue
        peak.max(now, ordering: .relaxed)
    }

    func leave() { running.subtract(1, ordering: .relaxed) }
}

/// Two threads that wait for each other, for five seconds at most.
private final class Meeting: Sendable {
    private let arrived = Atomic<Int>(0)

    func waitForTheOther() -> Bool {
        arrived.add(1, ordering: .relaxed)
        let begun = MonotonicTime.now()
        while arrived.load(ordering: .relaxed) < 2 {
            if (MonotonicTime.now() - begun).nanoseconds > 5_000_000_000 { return false }
            sched_yield()
        }
        return true
    }
}
