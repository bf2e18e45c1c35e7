internal import CSystem

/// What the kernel says about a descriptor, or what an owner wants to hear about it.
public struct Readiness: OptionSet, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Bytes or connections wait to be read.
    public static let readable = Readiness(rawValue: EPOLLIN.rawValue)
    /// There is room to write.
    public static let writable = Readiness(rawValue: EPOLLOUT.rawValue)
    /// The peer has shut down its sending side.
    public static let peerClosed = Readiness(rawValue: EPOLLRDHUP.rawValue)
    /// Both directions are gone; always reported, never asked for.
    public static let hangup = Readiness(rawValue: EPOLLHUP.rawValue)
    /// The socket has failed; always reported, never asked for.
    public static let failed = Readiness(rawValue: EPOLLERR.rawValue)
}

/// The owner of a descriptor on a loop, called on the loop's thread.
///
/// An actor pinned to the loop implements it as `nonisolated` and enters itself with `assumeIsolated`.
public protocol EventHandler: AnyObject, Sendable {
    /// The descriptor is ready. Level-triggered: what is not handled is reported again.
    func ready(_ events: Readiness)
}
