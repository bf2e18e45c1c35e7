/// Reads blocks of files that lie elsewhere.
///
/// What a driver does by itself: it finds where the file lies, renews what expired, waits out short floods, and asks
/// again after a lost connection. What it throws is therefore final for this block.
public protocol BlockSource: Sendable {
    /// The bytes of one block: exactly as many as asked for, fewer only where the file ends, never others.
    ///
    /// The block obeys Telegram's rules (core.telegram.org/api/files): `offset` and `count` are multiples of 1,024, and
    /// it lies within one MiB of the file. Cancelling the task drops the request.
    func read(_ block: Block, of file: RemoteFile) async throws(BlockFailure) -> [UInt8]
}

/// A part of a file that one request brings.
public struct Block: Sendable, Hashable {
    public var offset: Int64
    public var count: Int

    public init(offset: Int64, count: Int) {
        self.offset = offset
        self.count = count
    }
}

public enum BlockFailure: Error, Sendable, Hashable {
    /// It was deleted, or the message it came in was, or another file stands there now.
    case gone
    /// The bot may not read it: it is no member, or the content is protected.
    case forbidden
    /// The name of the file means nothing.
    case unknownFile
    /// Telegram asks for a longer pause than a reader waits.
    case busy(seconds: Int)
    /// Nothing was heard for too long.
    case unreachable
    /// Fewer bytes came than the file's size promises.
    case short
    case cancelled
}
