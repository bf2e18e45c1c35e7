/// The one form of decoded audio: signed 16-bit little-endian samples at 16 kHz, one channel.
public enum PCMFormat {
    public static let sampleRate = 16_000
    public static let bytesPerSample = 2

    /// The sample nearest to a time in seconds.
    public static func sample(at seconds: Double) -> Int { Int((seconds * Double(sampleRate)).rounded()) }

    /// Seconds from the start of the audio.
    public static func seconds(_ sample: Int) -> Double { Double(sample) / Double(sampleRate) }
}

/// Decoded audio at rest, which may still grow: an unlinked file that processes read by position, so that a chunk whose
/// engine died is read again and speakers are found in the same samples.
public protocol PCM: Sendable {
    /// Open for reading for as long as this value lives.
    var descriptor: CInt { get }
}
