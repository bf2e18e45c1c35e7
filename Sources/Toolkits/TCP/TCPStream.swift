internal import CSystem
public import EventLoops
internal import Glibc
public import IPAddresses

/// What happens on a stream. Called on its loop's thread; a stream keeps its owner alive until it has closed.
public protocol TCPStreamOwner: AnyObject, Sendable {
    /// It is connected; only for streams that were opened from here.
    func streamConnected()
    /// The bytes are gone when this returns.
    func streamReceived(_ bytes: UnsafeRawBufferPointer)
    /// Everything written so far has left for the kernel, after some of it had to wait.
    func streamDrained()
    /// It is over: nil when the other side ended it, or why it failed. Not called after `close`.
    func streamEnded(_ error: SystemCallError?)
}

/// One TCP connection on an event loop, without a protocol.
// Unchecked because everything happens on the loop's thread, which each entry asserts.
public final class TCPStream: EventHandler, @unchecked Sendable {
    private static let chunk = 64 << 10

    private let loop: EventLoop
    private let socket: Int32
    private var descriptor: OwnedDescriptor?
    private var owner: (any TCPStreamOwner)?
    private var isConnecting: Bool
    private var isPaused = false
    private var lowWater = 1
    private var registered: Readiness = []
    private var output: [[UInt8]] = []
    /// Bytes of the first array that are gone.
    private var outputStart = 0
    /// Bytes written and not yet taken by the kernel.
    public private(set) var unsent = 0

    private init(_ descriptor: consuming OwnedDescriptor, loop: EventLoop, isConnecting: Bool) {
        socket = descriptor.number
        self.descriptor = consume descriptor
        self.loop = loop
        self.isConnecting = isConnecting
    }

    /// Begins to connect; the owner hears how it went. On the loop's thread.
    public static func connect(
        to address: IPAddress, port: UInt16, on loop: EventLoop, owner: any TCPStreamOwner
    ) throws(SystemCallError) -> TCPStream {
        let descriptor = OwnedDescriptor(
            taking: try check("socket") { SocketAddress.newSocket(SocketAddress.family(address)) })
        let number = descriptor.number
        try setNoDelay(number)
        var storage = SocketAddress.storage(address, port)
        let status = SocketAddress.with(&storage) { Glibc.connect(number, $0, SocketAddress.length(address)) }
        if status < 0, errno != EINPROGRESS { throw SystemCallError("connect") }
        let stream = TCPStream(descriptor, loop: loop, isConnecting: true)
        try stream.begin(owner)
        return stream
    }

    /// Takes over a connected socket. On the loop's thread.
    static func adopt(
        _ descriptor: consuming OwnedDescriptor, on loop: EventLoop
    ) throws(SystemCallError) -> TCPStream {
        try setNoDelay(descriptor.number)
        return TCPStream(descriptor, loop: loop, isConnecting: false)
    }

    /// Begins to report; once.
    public func begin(_ owner: any TCPStreamOwner) throws(SystemCallError) {
        self.owner = owner
        registered = interest
        try loop.register(socket, for: registered, handler: self)
    }

    private static func setNoDelay(_ number: Int32) throws(SystemCallError) {
        var one: Int32 = 1
        _ = try check("setsockopt") {
            setsockopt(number, Int32(IPPROTO_TCP), Int32(csystem_tcp_nodelay), &one, socklen_t(4))
        }
    }

    /// Sends bytes, now or when there is room.
    public func write(_ bytes: [UInt8]) {
        guard descriptor != nil, !bytes.isEmpty else { return }
        output.append(bytes)
        unsent += bytes.count
        guard !isConnecting, unsent == bytes.count else { return }
        // A failure shows as an event of the loop, so that no owner is called from its own call.
        _ = flush()
        updateInterest()
    }

    /// Stops reading, so that the other side has to wait, or goes on.
    public func setPaused(_ isPaused: Bool) {
        guard self.isPaused != isPaused else { return }
        self.isPaused = isPaused
        updateInterest()
    }

    /// Has the kernel collect so many bytes before it reports any (`SO_RCVLOWAT`, socket(7)): fewer wake-ups for whoever
    /// waits for a lot. The owner sees to it that they do come.
    public func setLowWater(_ bytes: Int) {
        guard descriptor != nil, bytes != lowWater else { return }
        lowWater = bytes
        var value = Int32(clamping: max(1, bytes))
        // Where it fails, bytes are reported as they come.
        setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &value, socklen_t(4))
    }

    /// Ends the connection at once. The owner hears nothing more.
    public func close() {
        guard descriptor != nil else { return }
        loop.deregister(socket)
        descriptor = nil
        owner = nil
        output = []
        unsent = 0
    }

    /// Ends it with a reset instead of an orderly end.
    public func reset() {
        guard descriptor != nil else { return }
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    // MARK: - Events

    public func ready(_ events: Readiness) {
        if isConnecting, !finishConnecting(events) { return }
        if events.contains(.writable), unsent > 0 {
            guard flush() else { return end(SystemCallError("send")) }
            if unsent == 0 { owner?.streamDrained() }
        }
        if !events.isDisjoint(with: [.readable, .hangup, .failed]) { read() }
        updateInterest()
    }

    private func finishConnecting(_ events: Readiness) -> Bool {
        guard !events.isDisjoint(with: [.writable, .hangup, .failed]) else { return false }
        var code: Int32 = 0
        var length = socklen_t(4)
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &length)
        guard code == 0 else {
            end(SystemCallError("connect", code: code))
            return false
        }
        isConnecting = false
        owner?.streamConnected()
        return descriptor != nil
    }

    private func read() {
        guard descriptor != nil, !isPaused else { return }
        var ended: SystemCallError??
        withUnsafeTemporaryAllocation(byteCount: Self.chunk, alignment: 16) { buffer in
            // A few rounds, then the loop looks at its other sockets.
            for _ in 0..<8 {
                let count = recv(socket, buffer.baseAddress, buffer.count, 0)
                if count > 0 {
                    owner?.streamReceived(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                    if descriptor == nil || isPaused || count < buffer.count { return }
                } else if count == 0 {
                    ended = .some(nil)
                    return
                } else if errno != EINTR {
                    if errno != EAGAIN { ended = SystemCallError("recv") }
                    return
                }
            }
        }
        if let ended { end(ended) }
    }

    private func end(_ error: SystemCallError?) {
        guard let owner else { return }
        close()
        owner.streamEnded(error)
    }

    /// Sends what the kernel takes; `false` when the connection is broken.
    private func flush() -> Bool {
        while let first = output.first {
            let count = first.withUnsafeBytes { bytes in
                let rest = UnsafeRawBufferPointer(rebasing: bytes[outputStart...])
                return send(socket, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 { return errno == EAGAIN || errno == EINTR }
            unsent -= count
            outputStart += count
            if outputStart == first.count {
                output.removeFirst()
                outputStart = 0
            }
        }
        return true
    }

    private var interest: Readiness {
        var interest: Readiness = isPaused || isConnecting ? [] : .readable
        if isConnecting || unsent > 0 { interest.insert(.writable) }
        return interest
    }

    private func updateInterest() {
        guard descriptor != nil, interest != registered else { return }
        registered = interest
        // Fails only for a descriptor that is not registered.
        try? loop.modify(socket, to: registered)
    }
}
