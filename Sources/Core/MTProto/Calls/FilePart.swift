/// The answer to `upload.getFile`.
public enum FilePart: Sendable, Hashable {
    case bytes([UInt8])
    /// Another network is to be asked, which bots may not.
    case redirect(dataCentre: Int)

    public init(_ answer: consuming TLReader) throws(TLError) {
        var reader = answer
        switch try reader.uint32() {
        case TL.file:
            _ = (try reader.uint32(), try reader.int())
            self = .bytes(try reader.lastBytes())
        case TL.fileCdnRedirect: self = .redirect(dataCentre: Int(try reader.int()))
        case let other: throw .unexpected(other)
        }
    }
}
