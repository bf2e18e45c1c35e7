internal import EventLoops
internal import HTTPTypes
internal import WebSockets

/// The WebSocket on a connection. Confined to the connection's actor.
final class WebSocketState {
    let session: WebSocketSession
    var inbox: [WebSocketMessage] = []
    var inboxStart = 0
    var receiver: CheckedContinuation<Void, Never>?
    var liveness: PeerLiveness
    /// Nothing more will arrive.
    var ended = false

    init(session: WebSocketSession, pingInterval: Duration, now: MonotonicTime) {
        self.session = session
        liveness = PeerLiveness(interval: pingInterval, now: now)
    }

    var queued: Int { inbox.count - inboxStart }

    func pop() -> WebSocketMessage? {
        guard inboxStart < inbox.count else { return nil }
        let message = inbox[inboxStart]
        inboxStart += 1
        if inboxStart == inbox.count {
            inbox.removeAll(keepingCapacity: true)
            inboxStart = 0
        }
        return message
    }

    func wake() {
        receiver?.resume()
        receiver = nil
    }

    func end() {
        ended = true
        wake()
    }
}

extension HTTPConnection {
    /// Runs the handler of an upgraded connection, then the closing handshake.
    func runWebSocket(_ upgrade: WebSocketUpgrade, _ number: UInt64) async throws {
        guard isCurrent(number), let session = WebSocketSession(maximumMessageSize: upgrade.maximumMessageSize) else {
            abort()
            return
        }
        let state = WebSocketState(session: session, pingInterval: upgrade.pingInterval, now: shard.loop.now)
        webSocket = state
        phase = .webSocket
        deadlines.enter(.webSocket, at: shard.loop.now)
        exchange?.closes = true
        if !isParsing { processInput() }
        resumeReading()
        do {
            try await upgrade.handler(ConnectionChannel(connection: self, number: number))
            closeWebSocket(code: 1000, reason: "")
        } catch {
            if !(error is CancellationError || error is WebSocketClosedError) {
                shard.configuration.report(.handlerFailed(error))
            }
            closeWebSocket(code: 1011, reason: "")
        }
        // The peer's answer is awaited while lingering; nothing it says matters any more.
    }

    // MARK: what the peer sends

    var webSocketWantsInput: Bool {
        guard let webSocket, !webSocket.ended else { return false }
        // Also held back while the peer does not read: its pings would fill the output.
        return webSocket.queued < shard.configuration.limits.queuedMessages && output.count < 256 * 1024
    }

    func takeFrames(_ bytes: UnsafeRawBufferPointer) {
        guard let webSocket, !webSocket.ended else { return }
        webSocket.liveness.heard(at: shard.loop.now)
        for event in webSocket.session.receive(bytes) {
            if case .message(let message) = event { webSocket.inbox.append(message) }
        }
        if !webSocket.session.isReading { webSocket.ended = true }
        sendFrames(webSocket)
        webSocket.wake()
    }

    func resumeWebSocketReading() {
        if webSocketWantsInput { resumeReading() }
    }

    /// Asks a silent peer for a sign of life, and cuts one that gives none.
    func checkLife(at now: MonotonicTime) {
        // While the peer is held back, its answers are not read either.
        guard let webSocket, !webSocket.ended, readsSocket else { return }
        switch webSocket.liveness.check(at: now) {
        case .fine: break
        case .gone: abort()
        case .ask:
            webSocket.session.sendPing()
            sendFrames(webSocket)
        }
    }

    // MARK: what the handler does

    func receiveMessage(_ number: UInt64) async throws -> WebSocketMessage? {
        while true {
            guard isCurrent(number), let webSocket else { throw CancellationError() }
            if let message = webSocket.pop() {
                resumeWebSocketReading()
                return message
            }
            if webSocket.ended { return nil }
            precondition(webSocket.receiver == nil, "a WebSocket has one receiver")
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let waits = !Task.isCancelled && isCurrent(number) && webSocket.queued == 0 && !webSocket.ended
                    if waits { webSocket.receiver = continuation } else { continuation.resume() }
                }
            } onCancel: {
                // Runs on any thread; nobody waits for the hop.
                Task { await self.wakeReceiver() }
            }
            try Task.checkCancellation()
        }
    }

    private func wakeReceiver() { webSocket?.wake() }

    func sendMessage(_ message: WebSocketMessage, _ number: UInt64) async throws {
        // Several tasks may send; each waits until there is room before it queues its own.
        try await waitUntilDrained(number)
        guard let webSocket, webSocket.session.send(message) else { throw WebSocketClosedError() }
        sendFrames(webSocket)
        try await waitUntilDrained(number)
    }

    func closeWebSocket(code: UInt16, reason: String) {
        guard phase == .webSocket, let webSocket, !webSocket.session.hasSentClose else { return }
        webSocket.session.sendClose(code: code, reason: reason)
        sendFrames(webSocket)
    }

    private func sendFrames(_ webSocket: WebSocketState) {
        output.append(webSocket.session.takeOutput())
        flush()
    }
}

private struct ConnectionChannel: WebSocketChannel {
    let connection: HTTPConnection
    let number: UInt64

    func receive() async throws -> WebSocketMessage? { try await connection.receiveMessage(number) }

    func send(_ message: WebSocketMessage) async throws { try await connection.sendMessage(message, number) }

    func close(code: UInt16, reason: String) async { await connection.closeWebSocket(code: code, reason: reason) }
}
