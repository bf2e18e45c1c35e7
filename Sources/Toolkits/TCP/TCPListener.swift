internal import CSystem
public import EventLoops
internal import Glibc
public import IPAddresses

/// A listening socket on an event loop. Meant for loopback: it sets no limits.
// Unchecked because everything happens on the loop's thread, which each entry asserts.
public final class TCPListener: EventHandler, @unchecked Sendable {
    /// The port it got.
    public let port: UInt16
    private let loop: EventLoop
    private let socket: Int32
    private var descriptor: OwnedDescriptor?
    private let accept: (TCPStream) -> Void

    /// Listens from now on. On the loop's thread, where `accept` gets each new stream and has to `begin` it.
    ///
    /// - Parameter port: 0 takes a free one.
    public init(
        _ address: IPAddress, port: UInt16, on loop: EventLoop, accept: @escaping (TCPStream) -> Void
    ) throws(SystemCallError) {
        let descriptor = OwnedDescriptor(
            taking: try check("socket") { SocketAddress.newSocket(SocketAddress.family(address)) })
        let number = descriptor.number
        var one: Int32 = 1
        _ = try check("setsockopt") { setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(4)) }
        var storage = SocketAddress.storage(address, port)
        _ = try check("bind") { SocketAddress.with(&storage) { bind(number, $0, SocketAddress.length(address)) } }
        _ = try check("listen") { listen(number, 512) }
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        _ = try check("getsockname") { SocketAddress.with(&storage) { getsockname(number, $0, &length) } }
        self.port = SocketAddress.port(&storage)
        self.loop = loop
        self.accept = accept
        socket = number
        self.descriptor = consume descriptor
        try loop.register(socket, for: .readable, handler: self)
    }

    /// Listens no more. Streams go on.
    public func close() {
        guard descriptor != nil else { return }
        loop.deregister(socket)
        descriptor = nil
    }

    public func ready(_ events: Readiness) {
        while descriptor != nil {
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let number = csystem_accept_nonblocking(socket, &storage, &length)
            guard number >= 0 else { return }
            if let stream = try? TCPStream.adopt(OwnedDescriptor(taking: number), on: loop) { accept(stream) }
        }
    }
}
