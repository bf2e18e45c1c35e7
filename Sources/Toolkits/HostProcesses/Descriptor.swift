public import Glibc

/// An open file descriptor that is closed when nobody holds it any more.
public final class Descriptor: Sendable {
    public let raw: CInt

    /// Takes ownership of an open descriptor.
    public init(owning raw: CInt) {
        self.raw = raw
    }

    /// A second descriptor of the same open file.
    public convenience init(duplicating raw: CInt) throws(SystemError) {
        let copy = fcntl(raw, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw SystemError("fcntl") }
        self.init(owning: copy)
    }

    deinit {
        close(raw)
    }
}

/// A system call that failed: which, and the system's own words. Names no path, because paths may hold user data.
public struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
    public let call: String
    public let number: CInt

    public init(_ call: String, _ number: CInt = errno) {
        self.call = call
        self.number = number
    }

    public var description: String { "\(call): \(String(cString: strerror(number)))" }
}
