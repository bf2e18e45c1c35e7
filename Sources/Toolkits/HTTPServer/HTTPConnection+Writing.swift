internal import EventLoops
internal import HTTPParsing
internal import HTTPTypes

/// A handler wrote another number of bytes than it had announced.
struct WrongLengthError: Error, CustomStringConvertible {
    var description: String { "a response's producer wrote another number of bytes than announced" }
}

extension HTTPConnection {
    private static let fastAmount: Int64 = 8 << 20
    private static let fastRate = 64e6
    private static let deepQueue: Int32 = 2 << 20

    /// Sends a whole response; returns when the peer's kernel has all of it, or nearly.
    func send(_ response: HTTPResponse, _ number: UInt64) async throws {
        guard let exchange else { return }
        let framing = ResponseHeadEncoder.framing(response, method: exchange.method, isHTTP11: exchange.isHTTP11)
        exchange.framing = framing
        exchange.closes =
            !exchange.keepsAlive || !exchange.decoder.isEnded || framing == .untilClose || shard.isDraining
        exchange.headSent = true
        shard.scratch.removeAll(keepingCapacity: true)
        do {
            try ResponseHeadEncoder.encode(
                response, framing, method: exchange.method, isHTTP11: exchange.isHTTP11, closes: exchange.closes,
                fixedLines: shard.fixedLines(), into: &shard.scratch)
        } catch {
            shard.configuration.report(.invalidResponse)
            refuse(HTTPError(.internalServerError, "the server failed; its log says more"), path: exchange.path)
            return
        }
        if let upgrade = response.upgrade {
            sendNow(&shard.scratch)
            try await runWebSocket(upgrade, number)
            return
        }
        switch response.body.storage {
        case .bytes(let bytes) where framing != .none && bytes.count <= 16 * 1024:
            shard.scratch.append(contentsOf: bytes)
            sendNow(&shard.scratch)
        case .bytes(let bytes) where framing != .none:
            output.append(Array(shard.scratch))
            output.append(bytes)
            flush()
        case .stream(_, let producer) where framing != .none:
            exchange.heldHead = Array(shard.scratch)
            try await stream(producer, exchange)
            return
        default:
            sendNow(&shard.scratch)
        }
        try await waitUntilDrained(number)
    }

    /// Runs the producer of a streamed body and ends the body properly.
    private func stream(_ producer: OutgoingBody.Producer, _ exchange: Exchange) async throws {
        try await producer(ResponseWriter(connection: self, number: exchange.number))
        guard isCurrent(exchange.number) else { throw CancellationError() }
        switch exchange.framing {
        case .length(let length) where exchange.written != length: throw WrongLengthError()
        case .chunked:
            output.append(exchange.heldHead)
            output.append(Array("0\r\n\r\n".utf8))
        default: output.append(exchange.heldHead)
        }
        exchange.heldHead = []
        flush()
        try await waitUntilDrained(exchange.number)
    }

    /// One chunk of a streamed body.
    func write(_ bytes: [UInt8], _ number: UInt64) async throws {
        guard isCurrent(number), let exchange else { throw CancellationError() }
        guard !bytes.isEmpty else { return }
        exchange.written += Int64(bytes.count)
        if case .length(let length) = exchange.framing, exchange.written > length { throw WrongLengthError() }
        output.append(exchange.heldHead)
        exchange.heldHead = []
        if exchange.framing == .chunked { output.append(ResponseHeadEncoder.chunkSize(bytes.count)) }
        output.append(bytes)
        if exchange.framing == .chunked { output.append([0x0d, 0x0a]) }
        flush()
        try await waitUntilDrained(number)
        // A reader as fast as this never makes its handler wait: let the loop look at the others now and then.
        sentWithoutSuspending += bytes.count
        widenForFastReader(exchange)
        if sentWithoutSuspending >= shard.configuration.limits.bytesPerTurn {
            sentWithoutSuspending = 0
            await shard.loop.yieldTurn()
        }
    }

    /// Gives a reader that has taken many megabytes at once a deeper kernel queue, so that it does not have to wait
    /// for this loop's turn; `checkDeadlines` takes it back as soon as the reader rests.
    private func widenForFastReader(_ exchange: Exchange) {
        guard !hasDeepQueue, exchange.written >= Self.fastAmount else { return }
        let rate = Double(exchange.written) / max(1e-3, Double((shard.loop.now - exchange.begun).nanoseconds) / 1e9)
        guard rate >= Self.fastRate else { return }
        hasDeepQueue = true
        transport.limitUnsent(to: Self.deepQueue)
    }

    func waitUntilDrained(_ number: UInt64) async throws {
        while !output.isEmpty {
            try Task.checkCancellation()
            sentWithoutSuspending = 0
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let waits = !Task.isCancelled && !output.isEmpty
                    if waits { drainWaiters.append(continuation) } else { continuation.resume() }
                }
            } onCancel: {
                // Runs on any thread; nobody waits for the hop.
                Task { await self.wakeWriters() }
            }
        }
        guard isCurrent(number) else { throw CancellationError() }
    }

    /// Sends a small message from the shared scratch buffer; only what the socket does not take is copied.
    private func sendNow(_ bytes: inout [UInt8]) {
        guard output.isEmpty else {
            output.append(Array(bytes))
            flush()
            return
        }
        var sent = 0
        switch bytes.withUnsafeBytes({ transport.write($0) }) {
        case .bytes(let count): sent = count
        case .wantsRead, .wantsWrite: break
        case .ended, .failed: return abort()
        }
        if sent < bytes.count {
            output.append(Array(bytes[sent...]))
            flush()
        }
    }

    /// Sends what the socket takes, and asks epoll for the rest.
    func flush() {
        var progress = false
        while !output.isEmpty {
            switch transport.write(output) {
            case .bytes(let count):
                output.advance(by: count)
                progress = true
            case .wantsRead, .wantsWrite:
                deadlines.outputWaits(at: shard.loop.now, progress: progress)
                if !awaitsWritable {
                    awaitsWritable = true
                    updateInterest()
                }
                return
            case .ended, .failed:
                return abort()
            }
        }
        deadlines.outputDrained()
        if awaitsWritable {
            awaitsWritable = false
            updateInterest()
        }
        wakeWriters()
        if closesWhenDrained {
            closesWhenDrained = false
            closeGently()
        }
        if phase == .webSocket { resumeWebSocketReading() }
    }
}

/// The connection as a streaming handler sees it.
private struct ResponseWriter: BodyWriter {
    let connection: HTTPConnection
    let number: UInt64

    func write(_ bytes: [UInt8]) async throws {
        try await connection.write(bytes, number)
    }
}
