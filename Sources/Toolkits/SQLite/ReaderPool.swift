internal import EventLoops

/// A few read-only connections, each used by one thread at a time.
final class ReaderPool: Sendable {
    // Unchecked: whoever takes it from the list is its only user until it is put back.
    private struct Idle: @unchecked Sendable { let connection: Connection }

    private struct State {
        var idle: [Idle] = []
        var isClosed = false
    }

    private let pool: BlockingPool
    private let state = Guarded(State())
    private let open: @Sendable () throws -> Connection

    init(threads: Int, waiting: Int, open: @escaping @Sendable () throws -> Connection) throws {
        pool = try BlockingPool(threads: threads, queue: waiting, name: "sqlite-read")
        self.open = open
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws
        -> Value
    {
        let stop = StopSign()
        return try await withTaskCancellationHandler {
            do {
                return try await pool.run { [self] in try perform(body, stop) }
            } catch let refusal as BlockingPool.Refusal {
                throw SQLiteError(refusal)
            } catch let error as SQLiteError where error.condition == .interrupted && stop.isSet {
                throw CancellationError()
            }
        } onCancel: {
            stop.set()
        }
    }

    private func perform<Value>(_ body: (Transaction) throws -> Value, _ stop: StopSign) throws -> Value {
        if stop.isSet { throw CancellationError() }
        let connection = try take()
        try connection.execute(script: "BEGIN", "beginning to read")
        do {
            let value = try connection.stoppable(by: stop) { try body(Transaction(connection)) }
            try connection.execute(script: "COMMIT", "ending to read")
            giveBack(connection)
            return value
        } catch {
            // A connection that cannot be brought to rest is not used again.
            if connection.isInTransaction { try connection.execute(script: "ROLLBACK", "ending to read") }
            giveBack(connection)
            throw error
        }
    }

    private func take() throws -> Connection {
        let idle = try state.withLock { state in
            if state.isClosed { throw SQLiteError.closedDatabase }
            return state.idle.popLast()
        }
        return try idle?.connection ?? open()
    }

    private func giveBack(_ connection: Connection) {
        let idle = Idle(connection: connection)
        state.withLock { state in
            if !state.isClosed { state.idle.append(idle) }
        }
    }

    /// Refuses new reads; those that run come to their end.
    func close() {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            state.isClosed = true
            return state.idle
        }
        pool.shutDown()
        // Closed here, outside the lock.
        _ = consume idle
    }
}

extension SQLiteError {
    init(_ refusal: BlockingPool.Refusal) {
        switch refusal {
        case .queueFull(let limit):
            self.init(.queueFull, action: "reading", detail: "\(limit) reads are waiting")
        case .shutDown: self = .closedDatabase
        }
    }
}
