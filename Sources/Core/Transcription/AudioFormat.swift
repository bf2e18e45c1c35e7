/// A container with a coding in which audio travels to a provider.
public enum AudioFormat: String, Sendable, Hashable, Codable, CaseIterable {
    /// Opus in Ogg: the fewest bytes for the same words.
    case opus
    case mp3
    /// Lossless, for providers that take nothing smaller.
    case flac

    /// What a file of this format is called; providers read the format from the name.
    public var fileExtension: String { self == .opus ? "ogg" : rawValue }

    /// The media type (RFC 5334 for Ogg, RFC 3003 for MPEG, RFC 9639 for FLAC).
    public var contentType: String {
        switch self {
        case .opus: "audio/ogg"
        case .mp3: "audio/mpeg"
        case .flac: "audio/flac"
        }
    }
}

/// How audio is encoded for a provider.
public struct EncodingSettings: Sendable, Hashable, Codable {
    public var format: AudioFormat
    /// Bits per second; FLAC ignores it.
    public var bitrate: Int
    /// Hertz, at most 16,000: what was decoded has no more.
    public var sampleRate: Int
    /// Always 1 at present; recognisers mix channels before they listen.
    public var channels: Int

    public init(
        format: AudioFormat, bitrate: Int, sampleRate: Int = PCMFormat.sampleRate, channels: Int = 1
    ) {
        self.format = format
        self.bitrate = bitrate
        self.sampleRate = sampleRate
        self.channels = channels
    }
}
