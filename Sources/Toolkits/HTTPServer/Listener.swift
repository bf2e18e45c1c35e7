internal import CSystem
internal import EventLoops
internal import Glibc
internal import IPAddresses

/// A listening socket on one loop: accepts while there is room.
actor Listener: EventHandler {
    nonisolated let shard: ServerShard
    nonisolated var unownedExecutor: UnownedSerialExecutor { shard.loop.asUnownedSerialExecutor() }
    private var descriptor: OwnedDescriptor?
    private let socket: Int32
    private let secure: Bool
    /// Loops that take connections in turn, where one socket serves them all.
    private let targets: [ServerShard]
    private var turn = 0
    private var accepting = false

    init(_ descriptor: consuming OwnedDescriptor, shard: ServerShard, secure: Bool, targets: [ServerShard]) {
        socket = descriptor.number
        self.descriptor = consume descriptor
        self.shard = shard
        self.secure = secure
        self.targets = targets
    }

    func start() throws {
        try resume()
        shard.onRoom.append { [weak self] in self?.assumeIsolated { $0.resumeIfPossible() } }
    }

    func stop() {
        if accepting { shard.loop.deregister(socket) }
        accepting = false
        descriptor = nil
    }

    nonisolated func ready(_ events: Readiness) {
        assumeIsolated { $0.acceptSome() }
    }

    private func acceptSome() {
        for _ in 0..<64 {
            guard shard.hasRoom else { return pause() }
            var storage = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let accepted = csystem_accept_nonblocking(socket, &storage, &length)
            guard accepted >= 0 else { return acceptFailed() }
            let address = withUnsafeBytes(of: storage) { IPAddress(socketAddress: $0) }
            hand(OwnedDescriptor(taking: accepted), address)
        }
    }

    private func hand(_ accepted: consuming OwnedDescriptor, _ address: IPAddress?) {
        let target = targets[turn % targets.count]
        turn += 1
        if target.loop === shard.loop {
            target.adopt(accepted, address: address, secure: secure)
            return
        }
        let number = accepted.release()
        let secure = secure
        // Nobody waits for it: the other loop owns the connection from here on.
        Task(executorPreference: target.loop.taskExecutor) {
            target.adopt(OwnedDescriptor(taking: number), address: address, secure: secure)
        }
    }

    private func acceptFailed() {
        switch errno {
        case EAGAIN, EINTR, ECONNABORTED: return
        default:
            // Out of descriptors or memory: the queue stays readable, and asking at once again would spin.
            shard.configuration.report(.acceptFailed(SystemCallError("accept4")))
            pause()
            _ = shard.loop.schedule(after: .milliseconds(100)) { [weak self] in
                self?.assumeIsolated { $0.resumeIfPossible() }
            }
        }
    }

    private func pause() {
        guard accepting else { return }
        accepting = false
        shard.loop.deregister(socket)
    }

    private func resumeIfPossible() {
        guard !accepting, descriptor != nil, shard.hasRoom else { return }
        do { try resume() } catch { shard.configuration.report(.acceptFailed(error)) }
    }

    private func resume() throws(SystemCallError) {
        accepting = true
        try shard.loop.register(socket, for: .readable, handler: self)
    }
}
