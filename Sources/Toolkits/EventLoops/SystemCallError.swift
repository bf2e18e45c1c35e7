internal import Glibc

/// A system call failed. The text names the call and the kernel's reason, never an argument of the call.
public struct SystemCallError: Error, Equatable, CustomStringConvertible {
    /// The call, as its manual page names it.
    public let call: String
    /// The value of `errno`.
    public let code: Int32

    public init(_ call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    /// The failure of `call` as `errno` describes it now.
    public init(_ call: String) {
        self.init(call, code: errno)
    }

    public var description: String {
        "\(call) failed: \(String(cString: strerror(code))) (errno \(code))"
    }
}

/// Turns the C convention "-1 and errno" into a thrown error, repeating calls that a signal interrupted.
@inline(__always)
public func check(_ call: String, _ body: () -> Int32) throws(SystemCallError) -> Int32 {
    while true {
        let result = body()
        if result >= 0 { return result }
        if errno != EINTR { throw SystemCallError(call) }
    }
}
