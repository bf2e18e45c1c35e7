import Jobs
import Telemetry

/// The spans of one attempt at an execution: the wait before it, the attempt, and its steps.
struct AttemptTrace: Sendable {
    private let tracer: Tracer
    private let clock: any JobClock
    private let parent: TraceContext?
    private let attempt: TraceContext
    private let execution: Execution
    private let started: Double

    init?(_ tracer: Tracer?, _ execution: Execution, _ clock: any JobClock) {
        guard let tracer else { return nil }
        self.tracer = tracer
        self.clock = clock
        self.execution = execution
        parent = tracer.context(of: execution.id.text)
        attempt = parent?.child() ?? .random()
        started = clock.now().wall
        // A second attempt waited for its turn, not for the upload.
        guard execution.attempt <= 1 else { return }
        tracer.record(
            Span(
                "wait in the queue", .work, attempt.child(), parent: parent?.span ?? attempt.span,
                from: min(execution.createdAt, started), to: started))
    }

    /// Runs a step of the attempt and records how long it took.
    func step<Value>(_ name: String, _ body: () async throws -> Value) async throws -> Value {
        let start = clock.now().wall
        do {
            let value = try await body()
            record(name, from: start, hasFailed: false)
            return value
        } catch {
            record(name, from: start, hasFailed: true)
            throw error
        }
    }

    private func record(_ name: String, from start: Double, hasFailed: Bool) {
        tracer.record(
            Span(
                name, .work, attempt.child(), parent: attempt.span, from: start, to: max(start, clock.now().wall),
                hasFailed: hasFailed))
    }

    /// - Parameter failure: the code of what ended it, or nil after a success.
    func end(_ outcome: String, failure: String? = nil) {
        var attributes: [String: LogEvent.Value] = [
            "stentor.engine": .text(execution.order.engine), "stentor.model": .text(execution.order.model),
            "stentor.lane": .text(execution.lane == .short ? "short" : "bulk"),
            "stentor.attempt": .whole(execution.attempt), "stentor.outcome": .text(outcome),
        ]
        if let failure { attributes["error.type"] = .text(failure) }
        tracer.record(
            Span(
                "transcription", .work, attempt, parent: parent?.span, from: started,
                to: max(started, clock.now().wall), attributes, hasFailed: failure != nil))
    }
}
