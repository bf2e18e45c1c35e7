/// Something that brings a file out of Telegram. The Bot API is one; a connection of its own to the data centres, which
/// brings files over 20 MB, is another.
public protocol FileSource: Sendable {
    /// Bytes of the largest file it brings.
    var largestFile: Int64 { get }
    /// Hands over a file's bytes from its start. Throws a `JobFailure`.
    func fetch(_ file: TelegramAddress, _ take: ([UInt8]) async throws -> Void) async throws
}
