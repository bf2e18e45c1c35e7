import EventLoops
import Transcription

/// How much of a growing medium is there, and who waits for more.
final class MediaGrowth: Sendable {
    private struct State {
        var available: Int64 = 0
        var isComplete = false
        var failure: DecodingError?
        var waiters: [(end: Int64, continuation: CheckedContinuation<MediaExtent, any Error>)] = []
    }

    private let state = Guarded(State())

    var extent: MediaExtent {
        // A medium that failed has not ended: who waits for more hears why.
        state.withLock { MediaExtent(available: $0.available, isComplete: $0.isComplete && $0.failure == nil) }
    }

    func wait(forBytesBefore end: Int64) async throws -> MediaExtent {
        try await withCheckedThrowingContinuation { continuation in
            let ready: Result<MediaExtent, any Error>? = state.withLock { state in
                if let failure = state.failure { return .failure(failure) }
                if state.isComplete || state.available >= end {
                    return .success(MediaExtent(available: state.available, isComplete: state.isComplete))
                }
                state.waiters.append((end, continuation))
                return nil
            }
            if let ready { continuation.resume(with: ready) }
        }
    }

    func grow(by count: Int64) { advance { $0.available += count } }

    func complete() { advance { $0.isComplete = true } }

    func fail(_ error: DecodingError) {
        advance { state in
            if state.isComplete { return }
            state.isComplete = true
            state.failure = error
        }
    }

    private func advance(_ change: (inout State) -> Void) {
        let (ready, outcome) = state.withLock { state in
            change(&state)
            let isOver = state.isComplete
            let ready = state.waiters.filter { isOver || $0.end <= state.available }
            state.waiters.removeAll { isOver || $0.end <= state.available }
            let extent = MediaExtent(available: state.available, isComplete: isOver)
            let outcome: Result<MediaExtent, any Error> = state.failure.map { .failure($0) } ?? .success(extent)
            return (ready, outcome)
        }
        for waiter in ready { waiter.continuation.resume(with: outcome) }
    }
}
