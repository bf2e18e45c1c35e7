internal import Glibc

/// A file descriptor with exactly one owner, closed when the owner goes.
public struct OwnedDescriptor: ~Copyable, Sendable {
    /// The number; valid as long as this value lives.
    public let number: Int32

    /// Takes over `number`, which nobody else may close from now on.
    public init(taking number: Int32) {
        self.number = number
    }

    /// Gives the number away; the taker closes it.
    public consuming func release() -> Int32 {
        let number = self.number
        discard self
        return number
    }

    deinit {
        // EINTR closes too on Linux, and a second close could hit a stranger's descriptor (close(2)): never repeated.
        close(number)
    }
}
