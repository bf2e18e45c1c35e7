internal import CCurl
internal import EventLoops
internal import HTTPTypes
internal import IPAddresses

/// One request on its way and its response: an easy handle with its two buffers, pinned to the client's loop.
///
/// States: prepared, head awaited, body flowing, finished. Each direction has one waiter at most. libcurl calls in
/// through `Transfer+Callbacks.swift`.
actor Transfer {
    struct Head: Sendable {
        let status: HTTPStatus
        let fields: HTTPFields
    }

    nonisolated let multi: CurlMulti
    nonisolated var unownedExecutor: UnownedSerialExecutor { multi.loop.asUnownedSerialExecutor() }

    let bufferSize: Int
    let addresses: HTTPClientRequest.AddressPolicy
    /// Whether libcurl may send the body again by itself after it found a kept connection dead.
    let mayRewind: Bool
    var easy: CurlEasy?
    /// Whether a timeout before the request was sent is that of the connection, and not the call's own deadline.
    private(set) var connectTimeoutIsShorter = true

    // The response.
    var head: ResponseHeadCollector
    var headWaiter: CheckedContinuation<Head, any Error>?
    var received: [UInt8] = []
    var receivingPaused = false
    private var bodyWaiter: CheckedContinuation<Void, Never>?

    // The request's body.
    let body: OutgoingBody
    var unsent: [UInt8] = []
    var unsentStart = 0
    var bodyEnded = false
    var sendingPaused = false
    private var roomWaiter: CheckedContinuation<Void, Never>?
    private var producer: Task<Void, Never>?

    /// Why the transfer failed, where something other than libcurl's own code says it better.
    var failure: (any Error)?
    private var result: Result<Void, any Error>?

    init(multi: CurlMulti, request: HTTPClientRequest, configuration: HTTPClientConfiguration) {
        self.multi = multi
        bufferSize = configuration.bufferSize
        addresses = request.addresses
        body = request.body
        mayRewind = request.method.isIdempotent
        head = ResponseHeadCollector(limit: configuration.maximumHeadSize)
        if case .bytes(let bytes) = request.body.storage {
            unsent = bytes
            bodyEnded = true
        }
    }

    /// Starts the transfer and waits for the head of the response. Cancelling the caller ends the transfer.
    func start(_ request: HTTPClientRequest, _ configuration: HTTPClientConfiguration, timeout: Duration?) async throws
        -> Head
    {
        connectTimeoutIsShorter = timeout.map { request.timeouts.connect < $0 } ?? true
        let easy = try CurlEasy()
        try configure(easy, request, configuration, timeout: timeout)
        self.easy = easy
        return try await withTaskCancellationHandler {
            try Task.checkCancellation()
            return try await withCheckedThrowingContinuation { continuation in
                headWaiter = continuation
                do {
                    try multi.assumeIsolated { [handle = LoopConfined(easy.handle)] in try $0.start(self, handle.value)
                    }
                } catch {
                    finish(error)
                }
            }
        } onCancel: {
            abandonLater()
        }
    }

    /// The next piece of the response's body; nil at its end.
    func nextChunk() async throws -> [UInt8]? {
        while received.isEmpty {
            if let result {
                try result.get()
                return nil
            }
            precondition(bodyWaiter == nil, "the body of a response has one reader")
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    if Task.isCancelled { finish(CancellationError()) }
                    if result == nil, received.isEmpty { bodyWaiter = continuation } else { continuation.resume() }
                }
            } onCancel: {
                abandonLater()
            }
        }
        var chunk: [UInt8] = []
        swap(&chunk, &received)
        if receivingPaused {
            receivingPaused = false
            unpause()
        }
        return chunk
    }

    /// Ends the transfer because nobody wants it any more.
    func abandon() {
        finish(CancellationError())
    }

    /// The handlers of cancellation run on any thread; the hop's task has nothing to be awaited for.
    nonisolated func abandonLater() {
        Task { await abandon() }
    }

    func wakeReader() {
        bodyWaiter?.resume()
        bodyWaiter = nil
    }

    func wakeProducer() {
        roomWaiter?.resume()
        roomWaiter = nil
    }

    /// Ends the transfer with `error`, or well with nil; the first end counts.
    func finish(_ error: (any Error)?) {
        guard result == nil else { return }
        result = error.map { .failure($0) } ?? .success(())
        if let easy {
            multi.assumeIsolated { [handle = LoopConfined(easy.handle)] in $0.remove(handle.value) }
        }
        easy = nil
        producer?.cancel()
        if let error { headWaiter?.resume(throwing: error) }
        headWaiter = nil
        wakeReader()
        wakeProducer()
    }

    /// Tells libcurl which directions still rest. It may call back before it returns, so all state is set before.
    func unpause() {
        guard let easy else { return }
        let mask = (receivingPaused ? CURLPAUSE_RECV : 0) | (sendingPaused ? CURLPAUSE_SEND : 0)
        curl_easy_pause(easy.handle, mask)
    }

    // MARK: the producer's side

    /// Begins to produce the body: not before libcurl asks for it, so that a request which never gets a connection
    /// can be sent again.
    func startProducer() {
        guard producer == nil, case .stream(_, let produce) = body.storage else { return }
        // Awaited by nobody: `finish` cancels it, and every write after that throws.
        producer = Task { [self] in
            do {
                try await produce(TransferWriter(transfer: self))
                endBody()
            } catch {
                failBody(error)
            }
        }
    }

    func write(_ bytes: [UInt8]) async throws {
        while unsent.count - unsentStart >= bufferSize, result == nil {
            try Task.checkCancellation()
            precondition(roomWaiter == nil, "the body of a request has one writer")
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    // The way here may have led over another thread: look again.
                    let waits = !Task.isCancelled && result == nil && unsent.count - unsentStart >= bufferSize
                    if waits { roomWaiter = continuation } else { continuation.resume() }
                }
            } onCancel: {
                abandonLater()
            }
        }
        if let result {
            try result.get()
            // The server has answered in full without wanting the rest.
            throw HTTPClientError(.interrupted, "the response ended before the request's body")
        }
        if unsentStart == unsent.count {
            unsent = bytes
        } else {
            unsent.removeFirst(unsentStart)
            unsent.append(contentsOf: bytes)
        }
        unsentStart = 0
        resumeSending()
    }

    private func endBody() {
        bodyEnded = true
        resumeSending()
    }

    private func failBody(_ error: any Error) {
        guard result == nil else { return }
        finish(HTTPClientError(.producer, "the request's body could not be produced", cause: error))
    }

    private func resumeSending() {
        guard sendingPaused else { return }
        sendingPaused = false
        unpause()
    }
}

private struct TransferWriter: BodyWriter {
    let transfer: Transfer

    func write(_ bytes: [UInt8]) async throws {
        try await transfer.write(bytes)
    }
}

/// The body of a response as its reader holds it: when the last copy goes, the transfer ends.
final class TransferBody: BodySource {
    private let transfer: Transfer

    init(_ transfer: Transfer) {
        self.transfer = transfer
    }

    deinit { transfer.abandonLater() }

    func next() async throws -> [UInt8]? {
        try await transfer.nextChunk()
    }
}
