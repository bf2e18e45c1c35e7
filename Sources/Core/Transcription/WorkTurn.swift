/// Whose work it is and how urgent: what decides when several wait for the same engine.
public struct WorkTurn: Sendable, Hashable {
    /// Lower goes first.
    public var lane: Int
    /// Higher goes first within its lane.
    public var priority: Int
    /// Takes turns with others of the same lane and priority.
    public var owner: String

    public init(lane: Int = 0, priority: Int = 0, owner: String = "") {
        self.lane = lane
        self.priority = priority
        self.owner = owner
    }
}

/// Waiting elements, given out by lane, then priority, then in turn over the owners, then by age. A turn is asked for
/// when somebody is to go next: it may have changed while it waited.
public struct TurnQueue<Element> {
    private struct Waiting {
        let number: Int
        let element: Element
        let turn: @Sendable () -> WorkTurn
    }

    private var waiting: [Waiting] = []
    private var served: [String: Int] = [:]
    private var nextNumber = 0
    private var serving = 0

    public init() {}

    public var isEmpty: Bool { waiting.isEmpty }
    public var count: Int { waiting.count }

    /// Returns a number by which the element can be taken out again.
    public mutating func add(_ element: Element, turn: @escaping @Sendable () -> WorkTurn) -> Int {
        defer { nextNumber += 1 }
        waiting.append(Waiting(number: nextNumber, element: element, turn: turn))
        return nextNumber
    }

    /// - Parameter lane: takes only what is in this lane or a lower one.
    public mutating func next(upTo lane: Int = .max) -> Element? {
        let turns = waiting.map { (entry: $0, turn: $0.turn()) }
        let best = turns.indices.filter { turns[$0].turn.lane <= lane }.min { order(turns[$0]) < order(turns[$1]) }
        guard let best else {
            if waiting.isEmpty { served = [:] }
            return nil
        }
        serving += 1
        served[turns[best].turn.owner] = serving
        return waiting.remove(at: best).element
    }

    /// Takes out an element that does not want to wait any longer; `nil` when it is gone already.
    public mutating func remove(_ number: Int) -> Element? {
        guard let index = waiting.firstIndex(where: { $0.number == number }) else { return nil }
        return waiting.remove(at: index).element
    }

    private func order(_ entry: (entry: Waiting, turn: WorkTurn)) -> (Int, Int, Int, Int) {
        (entry.turn.lane, -entry.turn.priority, served[entry.turn.owner] ?? 0, entry.entry.number)
    }
}
