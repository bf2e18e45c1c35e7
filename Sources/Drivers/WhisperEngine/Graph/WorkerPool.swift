import CSpeechKernels
import SpeechKernels
import Synchronization
import Transcription

/// The threads of one engine: as many as it was given, the caller's included. One caller at a time.
final class WorkerPool {
    let threads: Int
    private let handle: OpaquePointer

    init(threads: Int) throws(EngineError) {
        self.threads = max(1, threads)
        guard let pool = sk_pool_create(Int32(self.threads)) else {
            throw EngineError(.unusable, "The system gives no more threads: lower STENTOR_ENGINE_SLOTS.")
        }
        handle = pool
    }

    deinit {
        sk_pool_destroy(handle)
    }

    /// Runs `body` for 0 ..< `count` on all threads and returns when all are done.
    func run(_ count: Int, _ body: (Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            var body = body
            withUnsafeMutablePointer(to: &body) { pointer in
                sk_pool_run(
                    handle, Int32(count),
                    { context, index in
                        context?.assumingMemoryBound(to: ((Int) -> Void).self).pointee(Int(index))
                    }, pointer)
            }
        }
    }

    /// The same for pieces that need scratch memory: `lane` is below `threads` and no two pieces share it at a time.
    func lanes(_ count: Int, _ body: (_ index: Int, _ lane: Int) -> Void) {
        let counter = Counter()
        run(min(threads, count)) { lane in
            while true {
                let index = counter.next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                body(index, lane)
            }
        }
    }

    /// Runs `body` over parts of a range, two for each thread.
    func parts(of count: Int, _ body: (Range<Int>) -> Void) {
        let parts = min(count, threads == 1 ? 1 : threads * 2)
        run(parts) { part in
            body(count * part / parts..<count * (part + 1) / parts)
        }
    }

    private final class Counter: Sendable {
        let next = Atomic(0)
    }
}
