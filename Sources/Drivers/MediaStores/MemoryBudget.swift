import EventLoops

/// How much memory all media in memory may take together; what finds no room goes to the disk.
final class MemoryBudget: Sendable {
    private let left: Guarded<Int64>

    init(bytes: Int64) { left = Guarded(bytes) }

    /// Sets bytes aside until the share goes; `nil` when there are not so many.
    func share(of bytes: Int64) -> Share? {
        let isThere = left.withLock { left in
            guard left >= bytes else { return false }
            left -= bytes
            return true
        }
        return isThere ? Share(budget: self, bytes: bytes) : nil
    }

    final class Share: Sendable {
        private let budget: MemoryBudget
        private let bytes: Int64

        fileprivate init(budget: MemoryBudget, bytes: Int64) {
            self.budget = budget
            self.bytes = bytes
        }

        deinit { budget.left.withLock { $0 += bytes } }
    }
}
