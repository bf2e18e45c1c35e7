/// What goes wrong with one answer of a `FaultyFileServer`.
public enum Fault: Sendable, Hashable {
    /// Nothing.
    case none
    /// The connection closes after this many bytes of the body, though more were announced.
    case cut(after: Int)
    /// The connection closes before the head.
    case noAnswer
    /// A status without the file.
    case status(Int)
    /// The range is ignored: 200 with everything.
    case ignoreRange
    /// 206, but with bytes from this offset instead of the one asked for.
    case wrongRange(from: Int)
    /// 206 without `Content-Range`.
    case rangeWithoutField
    /// These bytes in place of the file's, from the same offset.
    case other([UInt8])
    /// More bytes than the file has, and a length that says so.
    case longer(by: Int)
    /// More bytes than the file has, sent without a length until the connection closes.
    case endless(bytes: Int)
    /// After this many bytes of the body nothing more comes until the client goes.
    case stall(after: Int)
    /// To another path of this server.
    case redirect(to: String)
}
