internal import EventLoops

/// What a subscription hears.
public enum RedisNotice: Sendable, Hashable {
    /// From now on messages come, at first and after each time the connection was lost: what was said in between was
    /// not heard, so look at what matters again.
    case listening
    case message(channel: String, [UInt8])
}

extension RedisClient {
    /// Messages of channels, as long as the sequence is iterated; it ends when the client is closed, or when the
    /// server will not let us listen. A connection of its own, made anew whenever it is lost. Somebody who is too slow
    /// loses the oldest messages.
    public nonisolated func messages(of channels: [String]) -> AsyncStream<RedisNotice> {
        let limit = options.limits.waitingMessages
        let (stream, source) = AsyncStream.makeStream(of: RedisNotice.self, bufferingPolicy: .bufferingNewest(limit))
        // Ends with the sequence, which its owner holds.
        let task = Task { await self.listen(to: channels, source) }
        source.onTermination = { _ in task.cancel() }
        return stream
    }

    private func listen(to channels: [String], _ source: AsyncStream<RedisNotice>.Continuation) async {
        defer { source.finish() }
        subscriptionNumber += 1
        let number = subscriptionNumber
        var failures = 0
        while !isClosed, !Task.isCancelled {
            do {
                let connection = try await openPatiently(by: .now() + options.deadline)
                guard !isClosed else { return connection.end(.closed) }
                subscriptions[number] = connection
                let heardAny = await hear(connection, channels, source)
                subscriptions[number] = nil
                failures = heardAny ? 0 : failures + 1
                if case .refused(let refusal) = connection.failure, !refusal.isPassing { return }
            } catch .notAllowed {
                return
            } catch {
                failures += 1
            }
            await sleep(options.pause(afterFailures: failures))
        }
    }

    /// Until the connection is over; whether it was any good.
    private func hear(
        _ connection: Connection, _ channels: [String], _ source: AsyncStream<RedisNotice>.Continuation
    ) async -> Bool {
        let listener = Listener(channels, source)
        let pulse = RedisCommand("PING").formatted()
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                // It may have ended before anybody listened.
                guard connection.failure == nil else { return continuation.resume() }
                connection.onEnd = { _ in continuation.resume() }
                connection.onMessage = { if let refusal = listener.take($0) { connection.end(.refused(refusal)) } }
                guard !Task.isCancelled else { return connection.end(.cancelled) }
                connection.send(RedisCommand("SUBSCRIBE", list: channels).formatted())
                keepAlive(connection, pulse, wasAsked: false)
            }
        } onCancel: {
            // The continuation it resumes is what the listener waits for.
            Task { await self.endSubscription(connection) }
        }
        return listener.isListening
    }

    private func endSubscription(_ connection: Connection) { connection.end(.cancelled) }

    /// A line that was cut looks like one on which nothing is said.
    private func keepAlive(_ connection: Connection, _ pulse: [UInt8], wasAsked: Bool) {
        _ = loop.schedule(after: options.silence) { [weak self, weak connection] in
            guard let self, let connection, connection.failure == nil else { return }
            self.assumeIsolated { client in
                let isSilent = connection.lastHeard + client.options.silence <= .now()
                if isSilent, wasAsked { return connection.end(.unreachable("the server is silent")) }
                if isSilent { connection.send(pulse) }
                client.keepAlive(connection, pulse, wasAsked: isSilent)
            }
        }
    }
}

/// Takes what comes on a subscriber's connection.
// Unchecked because it is used on the connection's loop alone.
private final class Listener: @unchecked Sendable {
    private var missing: Set<String>
    private let source: AsyncStream<RedisNotice>.Continuation
    /// The server knows all channels.
    private(set) var isListening = false

    init(_ channels: [String], _ source: AsyncStream<RedisNotice>.Continuation) {
        missing = Set(channels)
        self.source = source
    }

    /// What the server refused, if it did.
    func take(_ value: RedisValue) -> RedisRefusal? {
        if case .error(let refusal) = value { return refusal }
        guard let parts = value.array, parts.count == 3, let channel = parts[1].text else { return nil }
        switch parts[0].text {
        case "subscribe": confirm(channel)
        case "message": if let bytes = parts[2].bytes { source.yield(.message(channel: channel, bytes)) }
        default: break
        }
        return nil
    }

    private func confirm(_ channel: String) {
        missing.remove(channel)
        guard missing.isEmpty, !isListening else { return }
        isListening = true
        source.yield(.listening)
    }
}
