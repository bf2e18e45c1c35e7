internal import EventLoops
internal import Glibc
internal import HTTPParsing
internal import HTTPTypes
internal import IPAddresses

/// One connection from its accept to its close, pinned to its loop.
///
/// `phase` is the state; every handler of an event looks at it first. Exits:
/// handshake → head · head → exchange | lingering | closed · exchange → head | webSocket | lingering | closed ·
/// webSocket → lingering | closed · lingering → closed.
actor HTTPConnection: EventHandler {
    enum Phase: Equatable {
        /// TLS is being set up.
        case handshake
        /// Between requests, or within a head.
        case head
        /// A request is being answered.
        case exchange
        case webSocket
        /// The last byte is sent; what still comes is thrown away, so that no reset destroys the response.
        case lingering
        case closed
    }

    nonisolated let shard: ServerShard
    nonisolated let address: IPAddress?
    nonisolated var unownedExecutor: UnownedSerialExecutor { shard.loop.asUnownedSerialExecutor() }

    let transport: Transport
    var phase: Phase
    var deadlines: ConnectionDeadlines

    // Input: bytes not yet parsed, empty between requests.
    var input: [UInt8] = []
    var scanner = HeadScanner()
    var scanned = 0
    var isParsing = false
    var readsSocket = true
    /// Whether the end of what the peer sends is still news.
    var awaitsPeer = true

    // Output.
    var output = OutputQueue()
    var awaitsWritable = false
    var drainWaiters: [CheckedContinuation<Void, Never>] = []
    var sentWithoutSuspending = 0
    var closesWhenDrained = false
    /// Whether the kernel may keep more unsent bytes than usual, for a fast reader.
    var hasDeepQueue = false

    var exchange: Exchange?
    var exchangeCount: UInt64 = 0
    var webSocket: WebSocketState?

    init(transport: Transport, shard: ServerShard, address: IPAddress?) {
        self.transport = transport
        self.shard = shard
        self.address = address
        phase = transport.isSecure ? .handshake : .head
        deadlines = ConnectionDeadlines(shard.loop.now, stage: transport.isSecure ? .handshake : .idle)
    }

    nonisolated func ready(_ events: Readiness) {
        assumeIsolated { $0.handle(events) }
    }

    private func handle(_ events: Readiness) {
        if phase == .handshake {
            continueHandshake(events)
            return
        }
        if !events.isDisjoint(with: [.failed, .hangup]) {
            abort()
            return
        }
        if events.contains(.writable) { flush() }
        if events.contains(.readable), phase != .closed { readSocket() }
        if events.contains(.peerClosed), phase != .closed { peerFinished() }
    }

    private func continueHandshake(_ events: Readiness) {
        if !events.isDisjoint(with: [.failed, .hangup]) {
            abort()
            return
        }
        switch transport.handshake() {
        case .bytes:
            phase = .head
            deadlines.enter(.idle, at: shard.loop.now)
            awaitsWritable = false
            updateInterest()
            readSocket()
        case .wantsRead:
            awaitsWritable = false
            updateInterest()
        case .wantsWrite:
            awaitsWritable = true
            updateInterest()
        case .ended, .failed:
            abort()
        }
    }

    /// The peer has finished sending. With a request on its way that counts as gone, as with nginx: otherwise a
    /// handler that waits for something else would never learn of it.
    ///
    /// Unless the rest of a body lies in the kernel: it is read first, so that what a client sent before its line broke
    /// is not sent again. The end of the input then says the same.
    private func peerFinished() {
        if phase == .exchange, let exchange, !exchange.decoder.isEnded, exchange.failure == nil {
            awaitsPeer = false
            updateInterest()
            return
        }
        switch phase {
        case .exchange, .webSocket: abort()
        case .head where input.isEmpty && output.isEmpty: close()
        case .lingering: if output.isEmpty { close() }
        case .head: abort()
        case .handshake, .closed: break
        }
    }

    // MARK: interest

    /// Tells epoll what is waited for. Asked for only on a change: most requests need no call at all.
    func updateInterest() {
        var interest: Readiness = awaitsPeer ? .peerClosed : []
        if readsSocket { interest.insert(.readable) }
        if awaitsWritable { interest.insert(.writable) }
        do { try shard.loop.modify(transport.socket, to: interest) } catch { abort() }
    }

    func resumeReading() {
        guard !readsSocket, phase != .closed else { return }
        readsSocket = true
        updateInterest()
        // TLS may hold decrypted bytes of which epoll knows nothing.
        if transport.isSecure {
            _ = shard.loop.schedule(after: .zero) { [weak self] in
                self?.assumeIsolated { if $0.readsSocket, $0.phase != .closed { $0.readSocket() } }
            }
        }
    }

    func restReading() {
        guard readsSocket else { return }
        readsSocket = false
        updateInterest()
    }

    // MARK: the end

    /// Ends the connection at once: the peer is gone, or must go. The handler's task is cancelled.
    func abort() {
        close()
    }

    func close() {
        guard phase != .closed else { return }
        phase = .closed
        shard.loop.deregister(transport.socket)
        output.removeAll()
        input = []
        exchange?.end()
        exchange = nil
        webSocket?.end()
        wakeWriters()
        // Last: the shard lets go of this object, and the socket closes with the transport.
        shard.remove(transport.socket, address: address)
        transport.close()
    }

    /// Sends what waits, says goodbye, and gives the peer a moment to read it.
    func closeGently() {
        guard phase != .closed else { return }
        guard output.isEmpty else {
            closesWhenDrained = true
            return
        }
        phase = .lingering
        exchange = nil
        deadlines.enter(.lingering, at: shard.loop.now)
        input = []
        transport.finishSending()
        resumeReading()
    }

    /// The server is stopping: idle connections end now, WebSockets with 1001 (RFC 6455 section 7.4.1).
    func prepareToStop() {
        if phase == .head, input.isEmpty, output.isEmpty { close() }
        if phase == .webSocket { closeWebSocket(code: 1001, reason: "the server is stopping") }
    }

    func wakeWriters() {
        let waiters = drainWaiters
        drainWaiters = []
        for waiter in waiters { waiter.resume() }
    }

    /// Looks at the clock. Called twice a second.
    func checkDeadlines(at now: MonotonicTime) {
        if phase == .webSocket { checkLife(at: now) }
        if hasDeepQueue, deadlines.hasWaited(at: now, for: .milliseconds(250)) {
            hasDeepQueue = false
            transport.limitUnsent(to: Int32(clamping: shard.configuration.limits.unsentBytes))
        }
        switch deadlines.check(at: now, shard.configuration.deadlines) {
        case nil: break
        case .head:
            refuse(HTTPError(.requestTimeout, "the request's head did not arrive in time"), path: nil)
        case .bodyRate:
            failBody(HTTPError(.requestTimeout, "the request's body arrives too slowly"))
        case .idle, .linger: close()
        case .handshake, .writeStall, .restingBody: abort()
        }
    }
}
