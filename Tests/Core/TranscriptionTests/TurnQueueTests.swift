import Synchronization
import Testing
import Transcription

@Suite("Turns")
struct TurnQueueTests {
    private func order(_ turns: [(String, WorkTurn)]) -> [String] {
        var queue = TurnQueue<String>()
        for (name, turn) in turns { _ = queue.add(name) { turn } }
        return Array(AnyIterator { queue.next() })
    }

    @Test("the short lane goes before the bulk lane, whenever it came and whatever the priorities")
    func lanes() {
        #expect(
            order([("bulk", WorkTurn(lane: 1, priority: 9)), ("short", WorkTurn(lane: 0))]) == ["short", "bulk"])
    }

    @Test("within a lane the higher priority goes first, then who came first")
    func priorities() {
        let turns = [0, 5, 0, 5].enumerated().map { ("\($0)", WorkTurn(priority: $1, owner: "a")) }
        #expect(order(turns) == ["1", "3", "0", "2"])
    }

    @Test("owners take turns: one with a thousand pieces delays another's by one")
    func owners() {
        let many = (0..<1000).map { ("a\($0)", WorkTurn(owner: "a")) }
        let order = order(many + [("b0", WorkTurn(owner: "b")), ("b1", WorkTurn(owner: "b"))])
        #expect(Array(order.prefix(4)) == ["a0", "b0", "a1", "b1"])
        #expect(order.count == 1002)
    }

    @Test("a turn that changes while it waits counts as it is now")
    func changes() {
        var queue = TurnQueue<String>()
        let lane = Atomic(0)
        _ = queue.add("first") { WorkTurn(lane: lane.load(ordering: .relaxed)) }
        _ = queue.add("second") { WorkTurn(lane: 0) }
        lane.store(1, ordering: .relaxed)
        #expect(queue.next() == "second")
        #expect(queue.next() == "first")
    }

    @Test("a place for short work takes nothing else")
    func upTo() {
        var queue = TurnQueue<String>()
        _ = queue.add("bulk") { WorkTurn(lane: 1, priority: 9) }
        #expect(queue.next(upTo: 0) == nil)
        _ = queue.add("short") { WorkTurn(lane: 0) }
        #expect(queue.next(upTo: 0) == "short")
        #expect(queue.next(upTo: 0) == nil)
        #expect(queue.next() == "bulk")
    }

    @Test("who leaves is not served, and leaves once")
    func leaving() {
        var queue = TurnQueue<String>()
        let number = queue.add("gone") { WorkTurn() }
        _ = queue.add("there") { WorkTurn() }
        #expect(queue.remove(number) == "gone")
        #expect(queue.remove(number) == nil)
        #expect(queue.next() == "there")
        #expect(queue.next() == nil && queue.isEmpty)
    }
}
