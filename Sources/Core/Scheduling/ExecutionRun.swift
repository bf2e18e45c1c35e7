import Jobs
import Synchronization
import Transcription
import Transcripts

/// What one attempt shares between its work, its heartbeat and the engines that ask whose turn it is.
final class RunState: Sendable {
    private struct State {
        var progress = ExecutionProgress()
        var lane: Lane
        var priority: Int
        var steps = 0
        var partial = PartialText()
        var settled = SettledText()
    }

    let owner: Owner
    private let state: Mutex<State>

    init(_ execution: Execution) {
        owner = execution.owner
        state = Mutex(State(lane: execution.lane, priority: execution.priority))
    }

    var turn: WorkTurn {
        state.withLock { WorkTurn(lane: $0.lane.rawValue, priority: $0.priority, owner: owner.text) }
    }

    var lane: Lane { state.withLock(\.lane) }

    /// Where it stands, and a number that changes whenever something was done.
    var standing: (progress: ExecutionProgress, steps: Int) { state.withLock { ($0.progress, $0.steps) } }

    func set(priority: Int) { state.withLock { $0.priority = priority } }

    /// Takes a step in. Returns what watchers are told.
    func take(_ step: TranscriptionProgress) -> Told {
        state.withLock { state in
            state.steps += 1
            state.progress.done = max(state.progress.done, step.done)
            state.progress.total = step.total ?? state.progress.total
            // What turns out to be long moves over; nothing ever moves back.
            if max(step.total ?? 0, step.done) > Lane.longestShort { state.lane = .bulk }
            state.partial.add(step.segments)
            state.settled.add(step.segments, before: step.settled)
            return Told(
                progress: state.progress, partialText: state.partial.text, settledText: state.settled.text,
                speakers: step.speakers)
        }
    }

    /// What watchers learn from one step.
    struct Told: Sendable {
        let progress: ExecutionProgress
        let partialText: String
        let settledText: String
        let speakers: Double?
    }
}

/// The text from its beginning as far as nothing before it is still to come: it only grows.
struct SettledText {
    private(set) var text = ""
    private var waiting: [(start: Double, text: String)] = []

    mutating func add(_ new: [Segment], before end: Double) {
        waiting += new.map { ($0.span.start, $0.text) }
        let settled = waiting.filter { $0.start < end && !$0.text.isEmpty }.sorted { $0.start < $1.start }
        waiting.removeAll { $0.start < end }
        for segment in settled { text += text.isEmpty ? segment.text : " " + segment.text }
    }
}

/// The end of the text that is known so far, in the order of time.
struct PartialText {
    /// Characters that watchers get.
    private static let longest = 2000

    private var segments: [(start: Double, text: String)] = []

    mutating func add(_ new: [Segment]) {
        for segment in new {
            let place = segments.lastIndex { $0.start <= segment.span.start }.map { $0 + 1 } ?? 0
            segments.insert((segment.span.start, segment.text), at: place)
        }
        // Old segments are no longer shown; a late one among them may come too late.
        if segments.count > 200 { segments.removeFirst(segments.count - 200) }
    }

    var text: String {
        var text = ""
        for segment in segments.reversed() {
            if text.count + segment.text.count > Self.longest { break }
            text = text.isEmpty ? segment.text : segment.text + " " + text
        }
        return text
    }
}
