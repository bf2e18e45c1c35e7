/// Deadlines in order: a binary heap whose cancelled entries are dropped when they surface.
///
/// A value without a clock: the owner says what time it is.
struct TimerQueue {
    typealias Action = @Sendable () -> Void

    private struct Entry {
        let deadline: MonotonicTime
        let id: UInt64
    }

    private var heap: [Entry] = []
    private var actions: [UInt64: Action] = [:]
    private var lastID: UInt64 = 0

    /// The number of timers that will still fire.
    var count: Int { actions.count }

    mutating func add(at deadline: MonotonicTime, _ action: @escaping Action) -> UInt64 {
        lastID += 1
        actions[lastID] = action
        heap.append(Entry(deadline: deadline, id: lastID))
        siftUp(heap.count - 1)
        return lastID
    }

    mutating func cancel(_ id: UInt64) {
        actions[id] = nil
        // A client that re-arms one timer for ever must not grow the heap: rebuild when most of it is dead.
        if heap.count > 64, heap.count > 4 * actions.count { rebuild() }
    }

    /// The earliest deadline still wanted.
    mutating func nextDeadline() -> MonotonicTime? {
        while let first = heap.first {
            if actions[first.id] != nil { return first.deadline }
            removeFirst()
        }
        return nil
    }

    /// Removes and returns the next action that is due at `now`, in order of deadline, then of creation.
    mutating func popDue(at now: MonotonicTime) -> Action? {
        while let first = heap.first, first.deadline <= now {
            removeFirst()
            if let action = actions.removeValue(forKey: first.id) { return action }
        }
        return nil
    }

    private mutating func rebuild() {
        let alive = heap.filter { actions[$0.id] != nil }
        heap.removeAll(keepingCapacity: true)
        for entry in alive {
            heap.append(entry)
            siftUp(heap.count - 1)
        }
    }

    private func precedes(_ left: Entry, _ right: Entry) -> Bool {
        left.deadline == right.deadline ? left.id < right.id : left.deadline < right.deadline
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard precedes(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if precedes(heap[child], heap[least]) { least = child }
            }
            if least == parent { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
