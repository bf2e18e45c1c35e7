/// One write that waits for the writer's thread.
struct PendingWrite: Sendable {
    /// What a closure left behind: whether it threw, and how its caller is told.
    struct Performed {
        let failure: (any Error)?
        /// Called once, after the batch ended: with what made the batch fail, or nil once it is committed.
        let answer: (SQLiteError?) -> Void
    }

    let identifier: UInt64
    let durability: Durability
    let perform: @Sendable (Transaction) -> Performed
    /// Answers without running.
    let refuse: @Sendable (any Error) -> Void

    init<Value: Sendable>(
        identifier: UInt64, durability: Durability,
        body: @escaping @Sendable (Transaction) throws -> Value,
        continuation: CheckedContinuation<Value, any Error>
    ) {
        self.identifier = identifier
        self.durability = durability
        perform = { transaction in
            let result = Result { try body(transaction) }
            return Performed(failure: result.failure) { batchError in
                if let batchError, result.failure == nil {
                    continuation.resume(throwing: batchError)
                } else {
                    continuation.resume(with: result)
                }
            }
        }
        refuse = { continuation.resume(throwing: $0) }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
