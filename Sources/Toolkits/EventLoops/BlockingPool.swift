/// A bounded set of threads for calls that block: databases, cold storage, name resolution.
///
/// Such calls never run on a loop, where they stop every connection, nor on the cooperative pool, where as many of
/// them as there are processors stop every task.
public final class BlockingPool: Sendable {
    /// Why work was not taken.
    public enum Refusal: Error, Equatable, CustomStringConvertible {
        /// As much work as allowed is waiting already.
        case queueFull(limit: Int)
        /// The pool was shut down.
        case shutDown

        public var description: String {
            switch self {
            case .queueFull(let limit): "the blocking pool has \(limit) calls waiting; try again later"
            case .shutDown: "the blocking pool is shut down"
            }
        }
    }

    private let queue: BlockingQueue

    /// A pool of at most `threads` threads, started when first needed, with at most `queue` calls waiting.
    public init(threads: Int, queue: Int = 1024, name: String = "blocking") throws(SystemCallError) {
        precondition(threads > 0 && queue > 0, "a pool needs a thread and a place to wait")
        self.queue = try BlockingQueue(threadLimit: threads, queueLimit: queue, name: name)
    }

    deinit { queue.close() }

    /// Runs `body` on a thread of the pool. Cancelling the caller does not interrupt a call that has begun.
    ///
    /// - Throws: what `body` throws, `Refusal`, or `SystemCallError` when no thread can be had.
    public func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try queue.submit { continuation.resume(with: Result { try body() }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Has `body` run on a thread of the pool; nobody waits for it.
    ///
    /// - Throws: `Refusal`, or `SystemCallError` when no thread can be had; `body` is then not run.
    public func submit(_ body: @escaping @Sendable () -> Void) throws {
        try queue.submit(body)
    }

    /// Ends the threads after the calls already waiting. New calls are refused.
    public func shutDown() {
        queue.close()
    }
}
