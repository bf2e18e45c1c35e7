@testable import MTProto

/// Packets out of the bytes of a connection, in pieces of `step`.
private func run(_ format: FrameFormat, _ bytes: UnsafeRawBufferPointer, step: Int) -> (packets: [[UInt8]], failed: Bool) {
    var reader = FrameReader(format, limit: 512)
    var packets: [[UInt8]] = []
    do {
        for start in stride(from: 0, to: bytes.count, by: step) {
            let part = UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + step)])
            var position = 0
            while let packet = try reader.next(part, &position) { packets.append(packet) }
        }
        return (packets, false)
    } catch {
        return (packets, true)
    }
}

/// No packet is larger than allowed, cutting changes nothing, and every packet can be looked at.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    guard count > 1 else { return 0 }
    let formats: [FrameFormat] = [.abridged, .intermediate, .paddedIntermediate, .full]
    let format = formats[Int(data[0] & 3)]
    let bytes = UnsafeRawBufferPointer(start: data + 1, count: count - 1)
    let whole = run(format, bytes, step: max(1, bytes.count))
    let cut = run(format, bytes, step: 1)
    precondition(whole.packets == cut.packets && whole.failed == cut.failed, "cutting changes the packets")
    for packet in whole.packets {
        precondition(packet.count <= 528, "a packet that is too large")
        _ = PacketCipher.keyID(packet)
        _ = Session.transportError(packet)
        _ = try? PlainMessage.body(packet)
    }
    return 0
}
