import EventLoops
import Glibc
import SQLite
import Testing

private struct Refused: Error, Equatable {}

/// Lets a test hold the writer's thread inside a transaction. Blocks only that thread.
private final class Gate: Sendable {
    private let pool: BlockingPool
    private let isOpen = Guarded(false)
    private let entered = AsyncStream<Void>.makeStream()

    init() throws { pool = try BlockingPool(threads: 1) }

    /// Called by the closure on the writer's thread.
    func pass() {
        entered.continuation.yield()
        while !isOpen.withLock({ $0 }) { sched_yield_() }
    }

    func waitUntilEntered() async { for await _ in entered.stream { return } }

    func open() { isOpen.withLock { $0 = true } }

    private func sched_yield_() {
        var time = timespec(tv_sec: 0, tv_nsec: 1_000_000)
        nanosleep(&time, nil)
    }
}

@Suite(.timeLimit(.minutes(10)))
struct WriteTests {
    /// Every commit with its members, in order.
    private final class Commits: Sendable {
        private let members = Guarded<[Int]>([])
        private let durabilities = Guarded<[Durability]>([])
        var sizes: [Int] { members.withLock { $0 } }
        var kinds: [Durability] { durabilities.withLock { $0 } }

        func note(_ event: CommitEvent) {
            guard case .didCommit(let count, let durability) = event else { return }
            members.withLock { $0.append(count) }
            durabilities.withLock { $0.append(durability) }
        }
    }

    /// Has `writes` gather while the writer is held, and lets them all go.
    private func together(
        _ database: SQLiteDatabase, _ count: Int, _ write: @escaping @Sendable (Int) async throws -> Void
    ) async throws -> [Result<Void, any Error>] {
        let gate = try Gate()
        return await withTaskGroup(of: (Int, Result<Void, any Error>).self) { group in
            group.addTask {
                do {
                    try await database.write { _ in gate.pass() }
                    return (-1, .success(()))
                } catch {
                    return (-1, .failure(error))
                }
            }
            await gate.waitUntilEntered()
            for index in 0..<count {
                group.addTask {
                    do {
                        return (index, .success(try await write(index)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            // The gate opens when all of them wait; the count is the queue's own.
            while database.waitingWrites < count { await Task.yield() }
            gate.open()
            var results = [Result<Void, any Error>?](repeating: nil, count: count)
            for await (index, result) in group where index >= 0 { results[index] = result }
            return results.compactMap(\.self)
        }
    }

    @Test func `Writes that wait together share one commit`() async throws {
        let commits = Commits()
        let folder = try DatabaseFolder()
        let database = try await folder.open { $0.observe = { commits.note($0) } }
        let results = try await together(database, 50) { try await database.insert($0) }
        #expect(results.allSatisfy { (try? $0.get()) != nil })
        #expect(commits.sizes == [1, 50])
        #expect(try await database.count() == 50)
        try await database.close()
    }

    @Test func `A write that fails is taken back alone`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open()
        let results = try await together(database, 9) { index in
            try await database.write { transaction in
                try transaction.execute("INSERT INTO rows VALUES (\(index), \("before"))")
                if index % 3 == 0 { throw Refused() }
                try transaction.execute("UPDATE rows SET text = \("\(index)") WHERE id = \(index)")
            }
        }
        for (index, result) in results.enumerated() {
            switch result {
            case .success: #expect(index % 3 != 0)
            case .failure(let error): #expect(index % 3 == 0 && error is Refused)
            }
        }
        let ids: [Int] = try await database.read { try $0.all("SELECT id FROM rows ORDER BY id") { try $0["id"] } }
        #expect(ids == [1, 2, 4, 5, 7, 8])
        try await database.close()
    }

    @Test func `A broken rule of the schema is a constraint error and leaves the others alone`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open()
        try await database.insert(1, "taken")
        let found = try await condition { try await database.insert(2, "taken") }
        #expect(found == .constraint)
        try await database.insert(3, "free")
        #expect(try await database.count() == 2)
        try await database.close()
    }

    @Test func `A batch is synchronised when one of its members asks for it`() async throws {
        let commits = Commits()
        let folder = try DatabaseFolder()
        let database = try await folder.open { $0.observe = { commits.note($0) } }
        try await database.insert(100, nil, .relaxed)
        _ = try await together(database, 5) { try await database.insert($0, nil, $0 == 3 ? .full : .relaxed) }
        _ = try await together(database, 5) { try await database.insert(10 + $0, nil, .relaxed) }
        #expect(commits.kinds == [.relaxed, .full, .full, .full, .relaxed])
        try await database.close()
    }

    @Test func `A write that is cancelled while it waits never happens`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open()
        let gate = try Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await database.write { _ in gate.pass() } }
            await gate.waitUntilEntered()
            let cancelled = Task { try await database.insert(1) }  // awaited below
            while database.waitingWrites < 1 { await Task.yield() }
            cancelled.cancel()
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            gate.open()
            try await group.waitForAll()
        }
        #expect(try await database.count() == 0)
        try await database.close()
    }

    @Test func `A task that was cancelled before writes nothing`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open()
        let gate = try Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await database.write { _ in gate.pass() } }
            await gate.waitUntilEntered()
            let cancelled = Task {  // awaited below
                withUnsafeCurrentTask { $0?.cancel() }
                try await database.insert(1)
            }
            await #expect(throws: CancellationError.self) { try await cancelled.value }
            gate.open()
            try await group.waitForAll()
        }
        #expect(try await database.count() == 0)
        try await database.close()
    }

    @Test func `Whoever is told of success is in the file, even when a closure ends the shared transaction`()
        async throws
    {
        let folder = try DatabaseFolder()
        let database = try await folder.open()
        let results = try await together(database, 9) { index in
            try await database.write { transaction in
                try transaction.execute("INSERT INTO rows VALUES (\(100 + index), NULL)")
                if index == 4 { try transaction.execute("ROLLBACK") }
            }
        }
        let succeeded = results.indices.filter { (try? results[$0].get()) != nil }
        let kept: [Int] = try await database.read {
            try $0.all("SELECT id FROM rows ORDER BY id") { try $0["id"] - 100 }
        }
        #expect(kept == succeeded && !kept.contains(4))
        let culprit = try await condition {
            try await database.write { transaction in
                try transaction.execute("INSERT INTO rows VALUES (2, NULL)")
                try transaction.execute("ROLLBACK")
                // Outside of every transaction it would commit by itself.
                try transaction.execute("INSERT INTO rows VALUES (3, NULL)")
            }
        }
        #expect(culprit == .transactionLost)
        try await database.insert(4)
        let ids: [Int] = try await database.read { try $0.all("SELECT id FROM rows ORDER BY id") { try $0["id"] } }
        #expect(ids.contains(4) && !ids.contains(2) && !ids.contains(3))
        try await database.close()
    }

    @Test func `Cancelling a write that has begun changes nothing`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open()
        let gate = try Gate()
        let write = Task {  // awaited below
            try await database.write { transaction in
                gate.pass()
                try transaction.execute("INSERT INTO rows VALUES (1, NULL)")
            }
        }
        await gate.waitUntilEntered()
        write.cancel()
        gate.open()
        try await write.value
        #expect(try await database.count() == 1)
        try await database.close()
    }

    @Test func `More writes than may wait are refused at once`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open { $0.waitingLimit = 3 }
        let gate = try Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await database.write { _ in gate.pass() } }
            await gate.waitUntilEntered()
            for id in 0..<3 { group.addTask { try await database.insert(id) } }
            while database.waitingWrites < 3 { await Task.yield() }
            let found = try await condition { try await database.insert(9) }
            #expect(found == .queueFull)
            gate.open()
            try await group.waitForAll()
        }
        #expect(try await database.count() == 3)
        try await database.close()
    }

    @Test func `Closing runs what waits and refuses what comes after`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open()
        let gate = try Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await database.write { _ in gate.pass() } }
            await gate.waitUntilEntered()
            group.addTask { try await database.insert(1) }
            while database.waitingWrites < 1 { await Task.yield() }
            group.addTask { try await database.close() }
            gate.open()
            try await group.waitForAll()
        }
        #expect(try await condition { try await database.insert(2) } == .closed)
        #expect(try await condition { _ = try await database.count() } == .closed)
        let again = try await folder.open()
        #expect(try await again.count() == 1)
        #expect(again.opening.wasClosedCleanly)
        try await again.close()
    }

    @Test func `A reader sees one state throughout and takes no writes`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open()
        try await database.insert(1)
        let found = try await condition {
            _ = try await database.read { try $0.execute("INSERT INTO rows VALUES (2, NULL)") }
        }
        #expect(found == .readOnly)
        let gate = try Gate()
        async let counts = database.read { transaction in
            let before: Int? = try transaction.first("SELECT count(*) AS n FROM rows") { try $0["n"] }
            gate.pass()
            let after: Int? = try transaction.first("SELECT count(*) AS n FROM rows") { try $0["n"] }
            return [before, after]
        }
        await gate.waitUntilEntered()
        try await database.insert(2)
        gate.open()
        #expect(try await counts == [1, 1])
        #expect(try await database.count() == 2)
        try await database.close()
    }

    @Test func `Cancelling stops a long query`() async throws {
        let folder = try DatabaseFolder()
        let database = try await folder.open()
        let endless: SQL = """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS c FROM n
            """
        let started = AsyncStream<Void>.makeStream()
        let read = Task {  // awaited below
            try await database.read { transaction in
                started.continuation.yield()
                return try transaction.first(endless) { try $0["c"] as Int }
            }
        }
        for await _ in started.stream { break }
        read.cancel()
        await #expect(throws: CancellationError.self) { try await read.value }
        #expect(try await database.count() == 0)
        try await database.close()
    }
}
