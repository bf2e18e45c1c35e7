/// A message before there is a key: its id and body stand in the clear.
public enum PlainMessage {
    public static func packet(_ body: [UInt8], id: Int64) -> [UInt8] {
        var writer = TLWriter()
        writer.long(0)
        writer.long(id)
        writer.int(Int32(body.count))
        writer.raw(body)
        return writer.bytes
    }

    /// The body of a packet.
    public static func body(_ packet: [UInt8]) throws(TLError) -> TLReader {
        var reader = TLReader(packet)
        guard try reader.long() == 0 else { throw .unexpected(0) }
        _ = try reader.long()
        return try reader.sub(Int(try reader.int()))
    }
}
