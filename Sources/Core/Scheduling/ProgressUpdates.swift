import Jobs
import Transcription

/// Carries steps of a running transcription to those who watch it, without making the work wait for them: of several
/// steps that come at once only the last is told.
final class ProgressUpdates: Sendable {
    private let state: RunState
    private typealias Step = (progress: ExecutionProgress, text: String, speakers: Double?)

    private let steps: AsyncStream<Step>.Continuation
    /// Ended by `finish`; it only tells.
    private let teller: Task<Void, Never>

    init(_ dispatcher: Dispatcher, _ execution: Execution, _ state: RunState, _ started: JobInstant) {
        self.state = state
        let (stream, continuation) = AsyncStream<Step>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        steps = continuation
        let parts = dispatcher.parts
        teller = Task {
            await parts.hub.tell(
                .transcribing(ExecutionProgress(), eta: nil, partialText: nil), of: execution.id)
            for await (progress, text, speakers) in stream {
                let elapsed = parts.clock.now().monotonic - started.monotonic
                let eta = await dispatcher.expectation(progress, elapsed: elapsed, execution.order)
                await parts.hub.tell(
                    .transcribing(progress, eta: eta, partialText: text, speakers: speakers), of: execution.id)
            }
        }
    }

    func take(_ step: TranscriptionProgress) {
        let (progress, text) = state.take(step)
        steps.yield((progress, text, step.speakers))
    }

    func finish() { steps.finish() }
}
