public import EventLoops
internal import IPAddresses
internal import TCP

/// A TCP proxy on the loopback that can fail as networks do.
public actor FaultyLink {
    public enum Mode: Sendable, Hashable {
        case forward
        /// Both directions swallow everything, and nothing closes: a cut cable.
        case swallow
        /// Requests go through, answers do not.
        case swallowAnswers
        /// Connections are reset as soon as they say something.
        case reset
    }

    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private nonisolated let loop: EventLoop
    private let target: UInt16
    private var listener: TCPListener?
    private var pairs: [ObjectIdentifier: Pair] = [:]
    private var mode = Mode.forward
    private var waiters: [(after: Int, CheckedContinuation<Void, Never>)] = []
    private var arrivals: [(after: Int, CheckedContinuation<Void, Never>)] = []
    /// Requests (pieces as they came) that reached the proxy.
    public private(set) var pieces = 0
    public private(set) var connections = 0

    public init(to port: UInt16, on loop: EventLoop) {
        self.loop = loop
        target = port
    }

    /// Listens; returns the port.
    public func start() throws -> UInt16 {
        guard let loopback = IPAddress("127.0.0.1") else { preconditionFailure("an address") }
        let listener = try TCPListener(loopback, port: 0, on: loop) { [weak self] stream in
            self?.assumeIsolated { $0.accept(stream, loopback) }
        }
        self.listener = listener
        return listener.port
    }

    public func set(_ mode: Mode) {
        self.mode = mode
        if mode == .reset { cut() }
    }

    /// Resets every connection.
    public func cut() {
        let all = pairs.values
        pairs = [:]
        for pair in all { pair.close() }
    }

    public func stop() {
        cut()
        listener?.close()
        listener = nil
    }

    /// Until so many pieces of requests have come.
    public func received(_ count: Int) async {
        guard pieces < count else { return }
        await withCheckedContinuation { waiters.append((count, $0)) }
    }

    /// Until so many clients have connected.
    public func accepted(_ count: Int) async {
        guard connections < count else { return }
        await withCheckedContinuation { arrivals.append((count, $0)) }
    }

    private func accept(_ stream: TCPStream, _ loopback: IPAddress) {
        connections += 1
        let ready = arrivals.filter { $0.after <= connections }
        arrivals.removeAll { $0.after <= connections }
        for waiter in ready { waiter.1.resume() }
        let pair = Pair(self)
        guard let server = try? TCPStream.connect(to: loopback, port: target, on: loop, owner: pair.server) else {
            return stream.reset()
        }
        pairs[ObjectIdentifier(pair)] = pair
        pair.begin(client: stream, server: server)
    }

    fileprivate func forward(_ bytes: [UInt8], _ pair: Pair, isRequest: Bool) {
        if isRequest {
            pieces += 1
            let ready = waiters.filter { $0.after <= pieces }
            waiters.removeAll { $0.after <= pieces }
            for waiter in ready { waiter.1.resume() }
        }
        switch mode {
        case .forward: pair.send(bytes, isRequest: isRequest)
        case .swallowAnswers: if isRequest { pair.send(bytes, isRequest: true) }
        case .swallow: break
        case .reset: end(pair)
        }
    }

    fileprivate func end(_ pair: Pair) {
        // A cut cable tells nobody that the other side has gone.
        guard mode != .swallow else { return }
        pairs[ObjectIdentifier(pair)] = nil
        pair.close()
    }
}

/// The two connections of one client. On the loop only.
private final class Pair: @unchecked Sendable {
    // On the loop only.
    final class Side: TCPStreamOwner, @unchecked Sendable {
        weak var pair: Pair?
        let link: FaultyLink
        let isClient: Bool
        var stream: TCPStream?

        init(_ link: FaultyLink, isClient: Bool) {
            self.link = link
            self.isClient = isClient
        }

        func streamConnected() {}
        func streamDrained() {}

        func streamReceived(_ bytes: UnsafeRawBufferPointer) {
            guard let pair else { return }
            let bytes = Array(bytes)
            link.assumeIsolated { $0.forward(bytes, pair, isRequest: isClient) }
        }

        func streamEnded(_ error: SystemCallError?) {
            guard let pair else { return }
            link.assumeIsolated { $0.end(pair) }
        }
    }

    let client: Side
    let server: Side

    init(_ link: FaultyLink) {
        client = Side(link, isClient: true)
        server = Side(link, isClient: false)
        client.pair = self
        server.pair = self
    }

    func begin(client stream: TCPStream, server other: TCPStream) {
        client.stream = stream
        server.stream = other
        do { try stream.begin(client) } catch { close() }
    }

    func send(_ bytes: [UInt8], isRequest: Bool) { (isRequest ? server : client).stream?.write(bytes) }

    func close() {
        client.stream?.reset()
        server.stream?.reset()
        client.stream = nil
        server.stream = nil
    }
}
