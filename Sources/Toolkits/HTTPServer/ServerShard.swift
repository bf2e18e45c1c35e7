internal import EventLoops
internal import Glibc
internal import HTTPTypes
internal import IPAddresses
internal import Synchronization
internal import TLS

/// What all connections of one loop share: buffers, rules, and the table they are kept in.
///
/// Unchecked: everything mutable is touched on the loop's thread alone, where its connections and listeners live.
final class ServerShard: @unchecked Sendable {
    let loop: EventLoop
    let configuration: HTTPServerConfiguration
    let responder: any HTTPResponder
    let shared: ServerShared
    /// Every read of the loop goes here first: an idle connection has no buffer of its own. Large, because each chunk
    /// of a body costs a handler elsewhere two changes of thread.
    let receiveBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 * 1024, alignment: 16)
    /// Where small responses are put together.
    var scratch: [UInt8] = []

    private var connections: [Int32: HTTPConnection] = [:]
    private var tick: LoopTimer?
    private var fixed: (second: Int64, lines: [UInt8]) = (-1, [])
    private(set) var isDraining = false
    private var drained: [CheckedContinuation<Void, Never>] = []
    /// Called when a place has become free.
    var onRoom: [@Sendable () -> Void] = []

    init(
        loop: EventLoop, configuration: HTTPServerConfiguration, responder: any HTTPResponder, shared: ServerShared
    ) {
        self.loop = loop
        self.configuration = configuration
        self.responder = responder
        self.shared = shared
        scratch.reserveCapacity(32 * 1024)
    }

    deinit { receiveBuffer.deallocate() }

    var hasRoom: Bool { shared.count.load(ordering: .relaxed) < configuration.limits.connections }

    /// Begins to serve a connection that was accepted, unless its address has too many.
    func adopt(_ socket: consuming OwnedDescriptor, address: IPAddress?, secure: Bool) {
        guard shared.admit(address, configuration.limits) else { return }
        let transport: Transport
        do {
            transport = try Transport(socket: socket, tls: secure ? shared.certificate.withLock { $0 } : nil)
        } catch {
            shared.release(address)
            configuration.report(.acceptFailed(error))
            return
        }
        let connection = HTTPConnection(transport: transport, shard: self, address: address)
        connections[transport.socket] = connection
        do {
            try loop.register(transport.socket, for: [.readable, .peerClosed], handler: connection)
            armTick()
        } catch {
            configuration.report(.acceptFailed(error))
            connection.assumeIsolated { $0.close() }
        }
    }

    /// A connection has closed its socket.
    func remove(_ socket: Int32, address: IPAddress?) {
        guard connections.removeValue(forKey: socket) != nil else { return }
        shared.release(address)
        for callback in onRoom { callback() }
        if connections.isEmpty {
            for waiter in drained { waiter.resume() }
            drained = []
        }
    }

    /// Lines of every response. The date is formatted once a second.
    func fixedLines() -> [UInt8] {
        let second = Int64(time(nil))
        if second != fixed.second {
            var text = "Date: \(HTTPDate.format(second))\r\n"
            if let name = configuration.serverName { text = "Server: \(name)\r\n" + text }
            fixed = (second, Array(text.utf8))
        }
        return fixed.lines
    }

    // MARK: time

    /// One timer checks all connections, and none runs while there are none.
    private func armTick() {
        guard tick == nil, !connections.isEmpty else { return }
        tick = loop.schedule(after: configuration.deadlines.tick) { [weak self] in self?.checkDeadlines() }
    }

    private func checkDeadlines() {
        tick = nil
        let now = loop.now
        for connection in Array(connections.values) { connection.assumeIsolated { $0.checkDeadlines(at: now) } }
        armTick()
    }

    // MARK: the end

    /// Closes idle connections and WebSockets, lets the others finish what they do, and returns when none is left.
    func drain() async {
        beginDrain()
        if connections.isEmpty { return }
        await withCheckedContinuation { drained.append($0) }
    }

    private func beginDrain() {
        isDraining = true
        for connection in Array(connections.values) { connection.assumeIsolated { $0.prepareToStop() } }
    }

    /// Ends every connection at once.
    func abortAll() {
        for connection in Array(connections.values) { connection.assumeIsolated { $0.abort() } }
        if let tick { loop.cancel(tick) }
        tick = nil
    }
}

/// What all loops of one server share.
final class ServerShared: Sendable {
    let certificate: Guarded<TLSContext?>
    let count = Atomic<Int>(0)
    private let perAddress = Guarded<[IPAddress: Int]>([:])

    init(certificate: TLSContext?) {
        self.certificate = Guarded(certificate)
    }

    /// Counts a new connection, or refuses it.
    func admit(_ address: IPAddress?, _ limits: HTTPServerConfiguration.Limits) -> Bool {
        if let address {
            let exempt = limits.exemptAddresses.contains { $0.contains(address) }
            let admitted = perAddress.withLock { counts in
                let count = counts[address.countingKey, default: 0]
                if !exempt, count >= limits.connectionsPerAddress { return false }
                counts[address.countingKey] = count + 1
                return true
            }
            if !admitted { return false }
        }
        count.add(1, ordering: .relaxed)
        return true
    }

    func release(_ address: IPAddress?) {
        count.subtract(1, ordering: .relaxed)
        guard let address else { return }
        perAddress.withLock { counts in
            let left = (counts[address.countingKey] ?? 1) - 1
            counts[address.countingKey] = left == 0 ? nil : left
        }
    }
}
