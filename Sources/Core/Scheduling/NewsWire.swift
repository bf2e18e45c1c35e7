public import Jobs

/// What the nodes of one installation tell each other at once. The same is always in the store too: news that is lost
/// costs seconds, never a job.
public enum News: Sendable, Hashable, Codable {
    /// Something may be claimed that could not be before.
    case work
    case progress(ExecutionID, ProgressEvent)
    /// The end stands in the store.
    case ended(ExecutionID)
    /// Nobody wants it any more.
    case stop(ExecutionID)
    /// Something is to be announced to a receiver.
    case announcements
    /// Keys of the interface were made or revoked.
    case keys
    /// Telegram told this node something that the leading one deals with.
    case updates
}

/// The port between nodes.
public protocol NewsWire: Sendable {
    /// Returns at once, and says nothing when it cannot be sent: of progress only the last of each execution matters,
    /// and the rest is found in the store.
    func send(_ news: News)
    /// What other nodes send from now on; not what this one does. A gap, after which anything may have happened, is
    /// told as `.work`.
    func news() -> AsyncStream<News>
}
