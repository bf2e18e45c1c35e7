internal import EventLoops
internal import Jobs

/// Names that scripts may need: drawn before it is known whether they do, and given to the next when they did not.
final class NamePool: Sendable {
    private let spare = Guarded<[ExecutionID]>([])
    private let make: @Sendable () -> ExecutionID

    init(_ make: @escaping @Sendable () -> ExecutionID) { self.make = make }

    func draw(_ count: Int) -> [ExecutionID] {
        let old = spare.withLock { spare in
            let some = Array(spare.prefix(count))
            spare.removeFirst(some.count)
            return some
        }
        return old + (old.count..<count).map { _ in make() }
    }

    /// Nobody has seen these.
    func giveBack(_ names: ArraySlice<ExecutionID>) {
        guard !names.isEmpty else { return }
        spare.withLock { $0.insert(contentsOf: names, at: 0) }
    }
}
