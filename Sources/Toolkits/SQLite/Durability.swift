/// What a write's answer promises.
public enum Durability: Sendable {
    /// The write survives a power cut once it is answered: the log was synchronised to the disk.
    case full
    /// The write survives the death of this process, and reaches the disk with the next full one. For what can be
    /// learnt again: heartbeats, progress.
    case relaxed
}
