import EventLoops
import Jobs
import Scheduling
import Telemetry
import Testing

@testable import stentor

/// A roll on which the test says who leads.
private final class ScriptedRoll: NodeRoll {
    enum Answer: Sendable { case yours, others, silence }

    let answer = Guarded(Answer.yours)
    let yielded = Guarded([String]())

    func announce(_ node: NodeRecord, for seconds: Double) async throws(JobStoreError) {}
    func leave(_ id: String) async throws(JobStoreError) {}
    func nodes() async throws(JobStoreError) -> [NodeRecord] { [] }

    func lead(_ matter: String, as node: String, for seconds: Double) async throws(JobStoreError) -> Bool {
        switch answer.withLock({ $0 }) {
        case .yours: return true
        case .others: return false
        case .silence: throw .broken("nobody answers")
        }
    }

    func yield(_ matter: String, as node: String) async throws(JobStoreError) {
        yielded.withLock { $0.append(matter) }
    }
}

@Suite("Who leads", .timeLimit(.minutes(5)))
struct LeadershipTests {
    private let roll = ScriptedRoll()

    private func leadership(term: Double = 3600) -> Leadership {
        Leadership(term: term, sign: 0.01, roll: roll, node: "one", log: NoLog())
    }

    /// Leads in a task of its own and tells of each term's beginning and end.
    private func leading(_ leadership: Leadership) -> (events: AsyncStream<String>, task: Task<Void, Never>) {
        let (events, note) = AsyncStream.makeStream(of: String.self)
        let task = Task {
            await leadership.lead(in: "bot") {
                note.yield("begun")
                // Ends with the term.
                try? await Task.sleep(for: .seconds(3600))
                note.yield("ended")
            }
            note.finish()
        }
        return (events, task)
    }

    @Test("work begins with the lead, ends when another has it, and begins anew with the next term")
    func terms() async {
        let (events, task) = leading(leadership())
        var seen: [String] = []
        for await event in events {
            seen.append(event)
            switch seen.count {
            case 1: roll.answer.withLock { $0 = .others }
            case 2: roll.answer.withLock { $0 = .yours }
            case 3: task.cancel()
            default: break
            }
        }
        #expect(seen == ["begun", "ended", "begun", "ended"])
        #expect(roll.yielded.withLock { $0 } == ["bot"], "the lead is given back at the end, and only then")
    }

    @Test("a roll that does not answer makes nobody a leader, and a leader only for the rest of the term")
    func silence() async {
        roll.answer.withLock { $0 = .silence }
        let (events, task) = leading(leadership(term: 0.05))
        roll.answer.withLock { $0 = .yours }
        var seen: [String] = []
        for await event in events {
            seen.append(event)
            if seen.count == 1 { roll.answer.withLock { $0 = .silence } }
            if seen.count == 2 { task.cancel() }
        }
        #expect(seen == ["begun", "ended"])
    }
}
