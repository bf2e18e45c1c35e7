/// A connection that looks like noise (https://core.telegram.org/mtproto/mtproto-transports#transport-obfuscation): both
/// directions are combined with AES-256-CTR whose keys lie in the first 64 bytes.
public struct Obfuscation: Sendable {
    /// For bytes of ours.
    public let outgoing: any CounterStream
    /// For bytes of the other side.
    public let incoming: any CounterStream
    public let format: FrameFormat
    /// What the client says about the data centre it wants; proxies use it.
    public let dataCentre: Int16

    /// Makes a client's stream with the 64 bytes it sends first. - Precondition: not the full format, which this cannot
    /// carry.
    public static func client(
        _ format: FrameFormat, dataCentre: Int16, cipher: any Cipher, random: RandomBytes
    ) -> (opening: [UInt8], stream: Obfuscation) {
        precondition(format != .full, "the full format cannot be obfuscated")
        var opening = random(64)
        while !isAcceptable(opening) { opening = random(64) }
        let tag = format == .abridged ? [0xef, 0xef, 0xef, 0xef] : format.opening
        opening.replaceSubrange(56..<60, with: tag)
        opening[60] = UInt8(truncatingIfNeeded: dataCentre)
        opening[61] = UInt8(truncatingIfNeeded: dataCentre >> 8)
        let streams = keys(opening, cipher)
        let stream = Obfuscation(
            outgoing: streams.forward, incoming: streams.backward, format: format, dataCentre: dataCentre)
        var encrypted = opening
        stream.outgoing.apply(&encrypted, 0..<64)
        return (Array(opening[0..<56]) + encrypted[56...], stream)
    }

    /// A server's side; nil when the 64 bytes name no format.
    public static func server(_ opening: [UInt8], cipher: any Cipher) -> Obfuscation? {
        guard opening.count == 64 else { return nil }
        let streams = keys(opening, cipher)
        var plain = opening
        streams.forward.apply(&plain, 0..<64)
        let format: FrameFormat
        switch Array(plain[56..<60]) {
        case [0xef, 0xef, 0xef, 0xef]: format = .abridged
        case [0xee, 0xee, 0xee, 0xee]: format = .intermediate
        case [0xdd, 0xdd, 0xdd, 0xdd]: format = .paddedIntermediate
        default: return nil
        }
        return Obfuscation(
            outgoing: streams.backward, incoming: streams.forward, format: format,
            dataCentre: Int16(bitPattern: UInt16(plain[60]) | UInt16(plain[61]) << 8))
    }

    private static func keys(
        _ opening: [UInt8], _ cipher: any Cipher
    ) -> (forward: any CounterStream, backward: any CounterStream) {
        let reversed = Array(opening[8..<56].reversed())
        return (
            cipher.counterStream(key: Array(opening[8..<40]), iv: Array(opening[40..<56])),
            cipher.counterStream(key: Array(reversed[0..<32]), iv: Array(reversed[32..<48]))
        )
    }

    /// Nothing that would pass for another protocol.
    private static func isAcceptable(_ bytes: [UInt8]) -> Bool {
        let forbidden: [[UInt8]] = [
            [0xdd, 0xdd, 0xdd, 0xdd], [0xee, 0xee, 0xee, 0xee], Array("HEAD".utf8), Array("POST".utf8),
            Array("GET ".utf8), Array("OPTI".utf8), [0x16, 0x03, 0x01, 0x02],
        ]
        return bytes[0] != 0xef && !forbidden.contains(Array(bytes[0..<4])) && bytes[4..<8] != [0, 0, 0, 0]
    }
}
