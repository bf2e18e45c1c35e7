/// Sound without a container, as a client describes it.
///
/// It gets the header of a WAV file that it lacks. So nothing but the few numbers here decides how its bytes are read:
/// whatever they look like, the media host meets a WAV file.
struct RawAudio: Equatable {
    enum Encoding: UInt16 {
        /// Format tags of WAV (RFC 2361).
        case linear16 = 1
        case alaw = 6
        case mulaw = 7

        var bytesPerSample: UInt16 { self == .linear16 ? 2 : 1 }
    }

    static let rates = 4000...192_000
    static let mostChannels = 8

    var encoding = Encoding.linear16
    /// Samples per second.
    var rate = 16_000
    var channels = 1

    /// A RIFF header whose sizes say that the data goes on to the end.
    var header: [UInt8] {
        let frame = encoding.bytesPerSample * UInt16(channels)
        return Array("RIFF".utf8) + Self.bytes(UInt32.max) + Array("WAVEfmt ".utf8) + Self.bytes(UInt32(16))
            + Self.bytes(encoding.rawValue) + Self.bytes(UInt16(channels)) + Self.bytes(UInt32(rate))
            + Self.bytes(UInt32(rate) * UInt32(frame)) + Self.bytes(frame)
            + Self.bytes(encoding.bytesPerSample * 8) + Array("data".utf8) + Self.bytes(UInt32.max)
    }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
}
