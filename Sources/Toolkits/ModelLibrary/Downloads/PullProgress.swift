/// How far a pull has come.
public struct PullProgress: Sendable, Hashable {
    /// What is being done.
    public enum Step: Sendable, Hashable {
        case downloading
        /// Unpacking an archive: `done` counts its compressed bytes.
        case unpacking
    }

    public var step: Step
    /// Bytes of this step so far; it may go back when a server makes the download start over.
    public var done: Int64
    public var total: Int64

    /// 0…1.
    public var fraction: Double { total > 0 ? min(1, Double(done) / Double(total)) : 1 }
}
