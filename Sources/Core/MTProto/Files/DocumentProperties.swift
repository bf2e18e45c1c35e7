/// What a message says about the file in it.
public struct DocumentProperties: Sendable, Hashable {
    public var location: FileLocation
    /// Bytes.
    public var size: Int64
    public var mimeType: String
    /// Empty where the kind of file has none.
    public var name: String
    /// Seconds.
    public var duration: Double?

    /// Reads a `document` up to its attributes; of those, up to the first unknown one.
    init(_ reader: inout TLReader) throws(TLError) {
        try reader.expect(TL.document)
        let flags = try reader.uint32()
        let (id, hash) = (try reader.long(), try reader.long())
        let reference = try reader.bytes()
        _ = try reader.int()
        mimeType = try reader.string()
        size = try reader.long()
        name = ""
        location = FileLocation(dataCentre: 0, id: id, accessHash: hash, reference: reference)
        // Small pictures stand before the data centre; a reader that does not know them finds it by its first block.
        guard flags & 3 == 0 else { return }
        location.dataCentre = Int(try reader.int())
        for _ in 0..<(try reader.vectorCount(smallest: 4)) {
            guard try readAttribute(&reader) else { return }
        }
    }

    /// `false` for one of which nothing is known, not even where it ends.
    private mutating func readAttribute(_ reader: inout TLReader) throws(TLError) -> Bool {
        switch try reader.uint32() {
        case TL.documentAttributeFilename: name = try reader.string()
        case TL.documentAttributeAudio:
            let flags = try reader.uint32()
            duration = Double(try reader.int())
            for bit in 0..<3 where flags & 1 << bit != 0 { _ = try reader.bytesRange() }
        case TL.documentAttributeVideo:
            let flags = try reader.uint32()
            duration = try reader.double()
            _ = (try reader.int(), try reader.int())
            if flags & 4 != 0 { _ = try reader.int() }
            if flags & 16 != 0 { _ = try reader.double() }
            if flags & 32 != 0 { _ = try reader.bytesRange() }
        default: return false
        }
        return true
    }
}
