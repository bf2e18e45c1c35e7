internal import EventLoops
internal import HTTPParsing
internal import HTTPTypes

extension HTTPConnection {
    /// A head is complete: from now on the connection belongs to this request.
    func begin(_ head: RequestHead) {
        exchangeCount += 1
        let exchange = Exchange(number: exchangeCount, head: head, begun: shard.loop.now)
        self.exchange = exchange
        phase = .exchange
        deadlines.enter(.exchange, at: shard.loop.now)
        var length: Int64?
        switch head.framing {
        case .none: length = 0
        case .length(let value):
            length = value
            if value > shard.configuration.limits.bodySize {
                refuse(tooLarge, path: head.path)
                return
            }
        case .chunked: break
        }
        let body =
            head.framing == .none
            ? IncomingBody.empty
            : IncomingBody(length: length, source: RequestBody(connection: self, number: exchange.number))
        if head.framing != .none, !head.expectsContinue { deadlines.bodyFlows(at: shard.loop.now) }
        exchange.request = HTTPRequest(
            method: head.method, path: head.path, query: head.query, fields: head.fields, body: body,
            remoteAddress: address, scheme: transport.isSecure ? "https" : "http", authority: head.authority)
    }

    /// Runs the handler: at once and on this thread until it first has to wait, so that a short one costs no hop.
    func startHandler() {
        guard phase == .exchange, let exchange, !exchange.handlerStarted, let request = exchange.request else { return }
        exchange.handlerStarted = true
        exchange.request = nil
        let number = exchange.number
        // Awaited by nobody: the exchange keeps it to cancel it, and its last act is `finish`.
        let task = Task.immediate { [self] in await answer(request, number) }
        if self.exchange === exchange {
            exchange.task = task
        } else if phase == .closed {
            task.cancel()
        }
    }

    private func answer(_ request: HTTPRequest, _ number: UInt64) async {
        let response: HTTPResponse
        do {
            response = try await shard.responder.respond(to: request)
        } catch {
            guard isCurrent(number) else { return }
            response = errorResponse(error, path: request.path)
        }
        guard isCurrent(number) else { return }
        do {
            try await send(response, number)
        } catch {
            // What was begun cannot be taken back; a cut connection tells the client that it is incomplete.
            if isCurrent(number) {
                if !(error is CancellationError) { shard.configuration.report(.responseFailed(error)) }
                abort()
            }
        }
        finish(number)
    }

    func isCurrent(_ number: UInt64) -> Bool {
        exchange?.number == number && phase != .closed
    }

    func errorResponse(_ error: any Error, path: String?) -> HTTPResponse {
        switch error {
        case let error as HTTPError: return shard.responder.response(to: error, path: path)
        case let error as BodyTooLargeError:
            return shard.responder.response(to: HTTPError(.contentTooLarge, error.description), path: path)
        default:
            shard.configuration.report(.handlerFailed(error))
            return shard.responder.response(
                to: HTTPError(.internalServerError, "the server failed; its log says more"), path: path)
        }
    }

    /// The response is complete: on to the next request, or to the end.
    private func finish(_ number: UInt64) {
        guard isCurrent(number), let exchange else { return }
        self.exchange = nil
        if exchange.closes || !exchange.decoder.isEnded || shard.isDraining {
            closeGently()
            return
        }
        phase = .head
        deadlines.enter(.idle, at: shard.loop.now)
        if !isParsing { processInput() }
        if phase == .head { resumeReading() }
    }

    /// Answers something that never became a request, and ends the connection.
    func refuse(_ error: HTTPError, path: String?) {
        guard phase != .closed, phase != .lingering else { return }
        exchange = nil
        let response = shard.responder.response(to: error, path: path)
        var bytes: [UInt8] = []
        do {
            let framing = ResponseHeadEncoder.framing(response, method: .get, isHTTP11: true)
            try ResponseHeadEncoder.encode(
                response, framing, method: .get, isHTTP11: true, closes: true, fixedLines: shard.fixedLines(),
                into: &bytes)
        } catch {
            shard.configuration.report(.invalidResponse)
            abort()
            return
        }
        if case .bytes(let body) = response.body.storage { bytes.append(contentsOf: body) }
        output.append(bytes)
        flush()
        closeGently()
    }

    // MARK: the request's body

    /// The next chunk for the handler. Asking for the first one is what sends `100 Continue`.
    func nextChunk(_ number: UInt64) async throws -> [UInt8]? {
        while true {
            guard isCurrent(number), let exchange else { throw CancellationError() }
            if let chunk = exchange.takeChunk() {
                // Not at every chunk: each change of what epoll watches is a system call.
                if exchange.pendingCount <= shard.configuration.limits.bodyBuffer / 2, !readsSocket {
                    deadlines.bodyFlows(at: shard.loop.now)
                    resumeReading()
                }
                return chunk
            }
            if let failure = exchange.failure { throw failure }
            if exchange.decoder.isEnded { return nil }
            sendContinueOnce(exchange)
            precondition(exchange.reader == nil, "the body of a request has one reader")
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    // The way here may have led over another thread, and the bytes may have come meanwhile.
                    let waits = !Task.isCancelled && isCurrent(number) && exchange.mustWait
                    if waits { exchange.reader = continuation } else { continuation.resume() }
                }
            } onCancel: {
                // Runs on any thread; nobody waits for the hop.
                Task { await self.wakeReader(number) }
            }
            try Task.checkCancellation()
        }
    }

    private func wakeReader(_ number: UInt64) {
        if isCurrent(number) { exchange?.wakeReader() }
    }

    private func sendContinueOnce(_ exchange: Exchange) {
        guard exchange.expectsContinue, !exchange.continueSent, !exchange.headSent else { return }
        exchange.continueSent = true
        output.append(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        flush()
        deadlines.bodyFlows(at: shard.loop.now)
    }
}

/// The body of a request as its handler holds it.
private final class RequestBody: BodySource {
    private let connection: HTTPConnection
    private let number: UInt64

    init(connection: HTTPConnection, number: UInt64) {
        self.connection = connection
        self.number = number
    }

    func next() async throws -> [UInt8]? {
        try await connection.nextChunk(number)
    }
}
