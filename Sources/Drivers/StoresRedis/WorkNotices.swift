internal import Redis

extension RedisJobStore {
    /// Comes each time something may be there to claim: work came in or came back, the queue was resumed, or the line
    /// to the server stands (again). Several at once are one. A worker claims until there is nothing, and waits for the
    /// next or for `nextDue`.
    public func workNotices() -> AsyncStream<Void> {
        let (stream, source) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let (notices, node) = (client.messages(of: [key("work")]), node)
        // Ends with the sequence, which its owner holds.
        let task = Task {
            for await notice in notices {
                // What only another process holds is not for us.
                if case .message(_, let place) = notice, !place.isEmpty, place != Array(node.utf8) { continue }
                source.yield()
            }
            source.finish()
        }
        source.onTermination = { _ in task.cancel() }
        return stream
    }
}
