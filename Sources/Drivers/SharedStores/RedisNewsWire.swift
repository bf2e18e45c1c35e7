internal import EventLoops
internal import Redis
public import Scheduling

/// News between nodes over a channel of Redis (https://redis.io/docs/latest/develop/interact/pubsub/).
///
/// What is said while nobody can be reached waits in a bounded outbox and is sent later.
public final class RedisNewsWire: NewsWire {
    private static let together = 256

    private let place: SharedPlace
    private let node: String
    private let channel: String
    private let outbox: Guarded<NewsOutbox>
    private let bell: AsyncStream<Void>
    private let ring: AsyncStream<Void>.Continuation

    private let sending = Guarded<Task<Void, Never>?>(nil)

    /// - Parameter node: of this process, not of its machine.
    private init(_ place: SharedPlace, node: String) {
        self.place = place
        self.node = node
        channel = place.key("news")
        outbox = Guarded(NewsOutbox())
        (bell, ring) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    public func send(_ news: News) {
        outbox.withLock { $0.add(news) }
        ring.yield()
    }

    /// A wire that sends by itself until it is closed.
    public static func open(_ place: SharedPlace, node: String) -> RedisNewsWire {
        let wire = RedisNewsWire(place, node: node)
        // Ended and awaited by `close`.
        let task = Task { await wire.run() }
        wire.sending.withLock { $0 = task }
        return wire
    }

    /// Ends the sending; what still waits is not sent.
    public func close() async {
        let task = sending.withLock { $0 }
        task?.cancel()
        await task?.value
    }

    /// Sends what `send` was given, until the task is cancelled.
    private func run() async {
        var number = 0
        for await _ in bell {
            while !Task.isCancelled {
                let news = outbox.withLock { $0.take(Self.together) }
                guard !news.isEmpty else { break }
                for message in messages(news, after: &number) { await deliver(message) }
            }
        }
    }

    /// One, or several when one would be too long; news that are too long alone are not sent.
    private func messages(_ news: [News], after number: inout Int) -> [[UInt8]] {
        guard let bytes = NewsMessage(from: node, number: number + 1, news: news).encoded() else {
            guard news.count > 1 else { return [] }
            let half = news.count / 2
            return messages(Array(news[..<half]), after: &number) + messages(Array(news[half...]), after: &number)
        }
        number += 1
        return [bytes]
    }

    /// Until it is delivered: the outbox bounds what waits behind it, and the number tells the others what came twice.
    private func deliver(_ message: [UInt8]) async {
        while !Task.isCancelled {
            do throws(RedisError) {
                _ = try await place.client.call(
                    RedisCommand("PUBLISH", channel, message, isIdempotent: true), within: place.patience)
                return
            } catch {
                // One that will never be taken must not hold up the others.
                switch error {
                case .closed, .malformed: return
                case .refused(let refusal) where refusal.code != "LOADING": return
                default: try? await Task.sleep(for: .milliseconds(200))
                }
            }
        }
    }

    public func news() -> AsyncStream<News> {
        let (stream, source) = AsyncStream.makeStream(of: News.self, bufferingPolicy: .bufferingNewest(10_000))
        let notices = place.client.messages(of: [channel])
        let node = node
        // Ends with the sequence, which its owner holds.
        let task = Task {
            var hearing = NewsHearing(own: node)
            var hasLost = false
            for await notice in notices {
                let heard: [News]
                switch notice {
                case .listening: heard = [.work]
                case .message(_, let bytes): heard = hearing.hear(bytes)
                }
                for news in hasLost ? [.work] + heard : heard {
                    if case .dropped = source.yield(news) { hasLost = true } else { hasLost = false }
                }
            }
            source.finish()
        }
        source.onTermination = { _ in task.cancel() }
        return stream
    }
}
