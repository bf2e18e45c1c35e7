/// Bytes that are no value of the type language, or not the value that belongs there.
public enum TLError: Error, Hashable, Sendable {
    /// They end too early.
    case truncated
    /// A length or count beyond what may stand there.
    case tooLarge
    /// Another constructor than one of those expected.
    case unexpected(UInt32)
}
