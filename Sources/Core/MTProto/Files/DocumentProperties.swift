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
        if flags & 1 != 0 { try Self.skipPictures(&reader) }
        if flags & 2 != 0 { try Self.skipPictures(&reader) }
        location.dataCentre = Int(try reader.int())
        for _ in 0..<(try reader.vectorCount(smallest: 4)) {
            guard try readAttribute(&reader) else { return }
        }
    }

    /// Smaller forms, still or moving, which stand before the data centre.
    private static func skipPictures(_ reader: inout TLReader) throws(TLError) {
        for _ in 0..<(try reader.vectorCount(smallest: 8)) {
            let constructor = try reader.uint32()
            if constructor == TL.videoSize {
                let flags = try reader.uint32()
                _ = try reader.bytesRange()
                for _ in 0..<3 { _ = try reader.int() }
                if flags & 1 != 0 { _ = try reader.double() }
                continue
            }
            _ = try reader.bytesRange()
            switch constructor {
            case TL.photoSizeEmpty: break
            case TL.photoSize: for _ in 0..<3 { _ = try reader.int() }
            case TL.photoCachedSize:
                _ = (try reader.int(), try reader.int())
                _ = try reader.bytesRange()
            case TL.photoStrippedSize, TL.photoPathSize: _ = try reader.bytesRange()
            case TL.photoSizeProgressive:
                _ = (try reader.int(), try reader.int())
                for _ in 0..<(try reader.vectorCount(smallest: 4)) { _ = try reader.int() }
            default: throw .unexpected(constructor)
            }
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
        case TL.documentAttributeImageSize: _ = (try reader.int(), try reader.int())
        case TL.documentAttributeAnimated, TL.documentAttributeHasStickers: break
        default: return false
        }
        return true
    }
}
