public import MTProto

/// A file in the simulated Telegram.
public struct FakeFile: Sendable {
    public var id: Int64
    public var dataCentre: Int
    public var content: FakeContent
    public var name: String
    public var mimeType: String
    /// Seconds.
    public var duration: Int32
    /// Raised when references expire: older ones are refused from then on.
    public var edition: Int32 = 1

    /// What TDLib calls the kind of file: 3 voice, 4 video, 5 document, 9 audio.
    public var type = 5

    /// Differs for each account, as at Telegram.
    public func accessHash(of bot: Int64) -> Int64 {
        var value = UInt64(bitPattern: id) &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(bitPattern: bot) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 31) &* 0x94d0_49bb_1331_11eb
        return Int64(bitPattern: value ^ value >> 29)
    }

    /// 25 bytes, of which four say the edition.
    public var reference: [UInt8] {
        var writer = TLWriter()
        writer.int(edition)
        writer.long(id)
        writer.long(id ^ Int64(edition))
        return [1] + writer.bytes + [9, 9, 9, 9]
    }

    public func location(for bot: Int64) -> FileLocation {
        FileLocation(dataCentre: dataCentre, id: id, accessHash: accessHash(of: bot), reference: reference)
    }

    /// The Bot API's name of it, for one bot.
    public func fileID(for bot: Int64) -> FileID { FileID(type: type, location: location(for: bot)) }

    /// As `document` of the schema.
    func write(to writer: inout TLWriter, for bot: Int64) {
        writer.uint32(TL.document)
        writer.int(0)
        writer.long(id)
        writer.long(accessHash(of: bot))
        writer.bytes(reference)
        writer.int(1_700_000_000)
        writer.string(mimeType)
        writer.long(content.count)
        writer.int(Int32(dataCentre))
        writer.uint32(TL.vector)
        writer.int(2)
        writer.uint32(TL.documentAttributeAudio)
        writer.int(0)
        writer.int(duration)
        writer.uint32(TL.documentAttributeFilename)
        writer.string(name)
    }
}
