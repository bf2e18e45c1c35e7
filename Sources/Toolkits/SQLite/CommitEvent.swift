/// Moments around a commit, for counting and for tests that stop the process there.
public enum CommitEvent: Equatable, Sendable {
    /// The closures have run; nothing is committed.
    case willCommit(members: Int, durability: Durability)
    /// Committed, and with `.full` synchronised.
    case didCommit(members: Int, durability: Durability)
    /// The batch ended, well or not; its callers are about to be told.
    case willAnswer
}
