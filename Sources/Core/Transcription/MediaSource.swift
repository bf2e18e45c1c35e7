/// How much of a medium has arrived.
public struct MediaExtent: Sendable, Hashable, Codable {
    /// Bytes readable from the start.
    public var available: Int64
    /// `true` when `available` is the whole medium.
    public var isComplete: Bool

    public init(available: Int64, isComplete: Bool) {
        self.available = available
        self.isComplete = isComplete
    }
}

/// A medium as one file that is read by position and may still grow while it is read: a file on disk, an upload or a
/// download on its way into its spool file.
public protocol MediaSource: Sendable {
    /// Open for reading only, for as long as this value lives.
    var descriptor: CInt { get }
    /// What has arrived so far, without waiting.
    var extent: MediaExtent { get }
    /// Waits until the bytes before `end` are there or the medium is complete. Throws what stopped it from growing.
    func wait(forBytesBefore end: Int64) async throws -> MediaExtent
}
