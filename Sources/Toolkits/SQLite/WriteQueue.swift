internal import EventLoops

/// Writes in the order of their arrival, run in batches by the one thread that owns the writing connection.
///
/// While a batch waits for the disk the next one gathers, so the number of synchronisations follows the disk's speed
/// and not the number of writers.
final class WriteQueue: Sendable {
    private struct State {
        var waiting: [PendingWrite] = []
        var nextIdentifier: UInt64 = 0
        var isDraining = false
        var isClosed = false
    }

    /// More in one transaction would keep the first of them waiting for the last.
    private static let batchLimit = 256

    private let state = Guarded(State())
    private let thread: BlockingPool
    private let writer: Writer
    private let limit: Int

    init(writer: Writer, thread: BlockingPool, limit: Int) {
        self.writer = writer
        self.thread = thread
        self.limit = limit
    }

    var waitingCount: Int { state.withLock { $0.waiting.count } }

    func write<Value: Sendable>(
        _ durability: Durability, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        let identifier = state.withLock { state in
            state.nextIdentifier += 1
            return state.nextIdentifier
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enqueue(
                    PendingWrite(
                        identifier: identifier, durability: durability, body: body, continuation: continuation))
                // The handler may have run before there was anything to withdraw.
                if Task.isCancelled { withdraw(identifier) }
            }
        } onCancel: {
            withdraw(identifier)
        }
    }

    private func enqueue(_ write: PendingWrite) {
        let (refusal, startsDraining) = state.withLock { state -> (SQLiteError?, Bool) in
            if state.isClosed { return (.closedDatabase, false) }
            if state.waiting.count >= limit {
                return (SQLiteError(.queueFull, action: "writing", detail: "\(limit) writes are waiting"), false)
            }
            state.waiting.append(write)
            defer { state.isDraining = true }
            return (nil, !state.isDraining)
        }
        if let refusal { return write.refuse(refusal) }
        guard startsDraining else { return }
        do {
            try thread.submit { self.drain() }
        } catch {
            for write in takeAllAndStop() { write.refuse(error) }
        }
    }

    /// A write that has not begun is not done; one that has begun is answered as it ends.
    private func withdraw(_ identifier: UInt64) {
        let withdrawn = state.withLock { state in
            state.waiting.firstIndex { $0.identifier == identifier }.map { state.waiting.remove(at: $0) }
        }
        withdrawn?.refuse(CancellationError())
    }

    /// Runs on the writer's thread until nothing waits.
    private func drain() {
        while let batch = takeBatch() {
            let left = writer.run(batch)
            if !left.isEmpty { state.withLock { $0.waiting.insert(contentsOf: left, at: 0) } }
        }
    }

    private func takeBatch() -> [PendingWrite]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isDraining = false
                return nil
            }
            let batch = Array(state.waiting.prefix(Self.batchLimit))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    private func takeAllAndStop() -> [PendingWrite] {
        state.withLock { state in
            state.isDraining = false
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    /// The pool has one thread, so nothing is written meanwhile.
    func compact() async throws { try await thread.run { [writer] in try writer.compact() } }

    /// Refuses new writes; those that wait are still run. The connection is closed after them.
    func close() async throws {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard isFirst else { return }
        defer { thread.shutDown() }
        // The pool has one thread, so this comes after everything that waits.
        try await thread.run { [writer] in try writer.close() }
    }
}
