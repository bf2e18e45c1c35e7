import Jobs
import Transcription

/// Carries steps of a running transcription to those who watch it, without making the work wait for them: of several
/// steps that come at once only the last is told.
final class ProgressUpdates: Sendable {
    private let state: RunState
    private let steps: AsyncStream<RunState.Told>.Continuation
    /// Ended by `finish`; it only tells.
    private let teller: Task<Void, Never>

    init(_ dispatcher: Dispatcher, _ execution: Execution, _ state: RunState, _ started: JobInstant) {
        self.state = state
        let (stream, continuation) = AsyncStream<RunState.Told>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        steps = continuation
        let parts = dispatcher.parts
        teller = Task {
            await parts.hub.tell(
                .transcribing(ExecutionProgress(), eta: nil, partialText: nil), of: execution.id)
            for await told in stream {
                let elapsed = parts.clock.now().monotonic - started.monotonic
                let eta = await dispatcher.expectation(told.progress, elapsed: elapsed, execution.order)
                await parts.hub.tell(
                    .transcribing(
                        told.progress, eta: eta, partialText: told.partialText, settledText: told.settledText,
                        speakers: told.speakers),
                    of: execution.id)
            }
        }
    }

    func take(_ step: TranscriptionProgress) {
        steps.yield(state.take(step))
    }

    func finish() { steps.finish() }
}
