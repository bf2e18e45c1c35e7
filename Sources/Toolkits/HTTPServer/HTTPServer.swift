public import EventLoops
internal import Glibc
public import HTTPTypes
internal import Synchronization
internal import TLS

/// An HTTP/1.1 server on event loops.
///
/// Each loop has listeners, connections and buffers of its own; a request is parsed, answered and sent on one thread.
public final class HTTPServer: Sendable {
    private let configuration: HTTPServerConfiguration
    private let shared: ServerShared
    private let shards: [ServerShard]
    private let running = Guarded<Running>(Running())

    private struct Running {
        var listeners: [Listener] = []
        var unixPaths: [String] = []
    }

    /// Prepares a server that answers with `responder`; nothing listens before `start`.
    ///
    /// - Throws: `TLSError` when the certificate cannot be used.
    public init(
        _ configuration: HTTPServerConfiguration, on loops: EventLoopGroup, responder: any HTTPResponder
    ) throws {
        self.configuration = configuration
        let certificate = try configuration.certificate.map { try TLSContext(certificate: $0) }
        let shared = ServerShared(certificate: certificate)
        self.shared = shared
        shards = loops.loops.map {
            ServerShard(loop: $0, configuration: configuration, responder: responder, shared: shared)
        }
    }

    /// The number of open connections.
    public var connectionCount: Int { shared.count.load(ordering: .relaxed) }

    /// Listens on every address of the configuration; returns them with the ports they got.
    ///
    /// - Throws: `SystemCallError` naming the call that failed; then nothing listens.
    public func start() async throws -> [ListenAddress] {
        var bound: [ListenAddress] = []
        do {
            for address in configuration.addresses { bound.append(try await listen(on: address)) }
        } catch {
            await stopListening()
            throw error
        }
        return bound
    }

    private func listen(on address: ListenAddress) async throws -> ListenAddress {
        let unsent = configuration.limits.unsentBytes
        switch address {
        case .unix(let path):
            let descriptor = try ListeningSocket.unix(path: path)
            running.withLock { $0.unixPaths.append(path) }
            try await add(
                Listener(descriptor, shard: shards[0], secure: false, targets: shards))
            return address
        case .tcp(let ip, var port):
            let secure = configuration.certificate != nil
            var isFirst = true
            for shard in shards {
                // The first may pick the port; the others join it without looking for strangers.
                let descriptor = try ListeningSocket.tcp(
                    ip, port: &port, shared: shards.count > 1, isFirst: isFirst, unsentBytes: unsent)
                isFirst = false
                try await add(Listener(descriptor, shard: shard, secure: secure, targets: [shard]))
            }
            return .tcp(ip, port: port)
        }
    }

    private func add(_ listener: Listener) async throws {
        running.withLock { $0.listeners.append(listener) }
        try await listener.start()
    }

    /// Uses the certificate files as they are now for connections made from now on.
    ///
    /// - Throws: `TLSError`; then the old certificate stays in use.
    public func reloadCertificate() throws {
        guard let certificate = configuration.certificate else { return }
        let context = try TLSContext(certificate: certificate)
        shared.certificate.withLock { $0 = context }
    }

    /// Stops accepting, closes idle connections and lets the others finish; what has not finished after `deadline`
    /// is cut. Returns when no connection is left.
    public func drain(deadline: Duration) async {
        await stopListening()
        await withTaskGroup(of: Void.self) { group in
            for shard in shards {
                group.addTask(executorPreference: shard.loop.taskExecutor) { await shard.drain() }
            }
            let cutter = Task {
                try await Task.sleep(for: deadline)
                for shard in shards {
                    await Task(executorPreference: shard.loop.taskExecutor) { shard.abortAll() }.value
                }
            }
            await group.waitForAll()
            cutter.cancel()
            // Ends at once: cancelled in its sleep, or with nothing left to cut.
            _ = await cutter.result
        }
    }

    private func stopListening() async {
        let running = running.withLock { state in
            defer { state = Running() }
            return state
        }
        for listener in running.listeners { await listener.stop() }
        for path in running.unixPaths { unlink(path) }
    }
}

extension TLSContext {
    fileprivate convenience init(certificate: HTTPServerConfiguration.Certificate) throws(TLSError) {
        try self.init(certificateChainFile: certificate.chainFile, privateKeyFile: certificate.keyFile)
    }
}
