public import Transcription

/// No way of encoding makes the audio fit; says what would.
public struct CompressionRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
}

/// What an operator wants of the audio that is sent away.
public struct CompressionWishes: Sendable, Hashable {
    /// `AUDIO_TARGET_BITRATE`, bits per second.
    public var bitrate: Int
    /// `AUDIO_TARGET_SAMPLE_RATE`, hertz.
    public var sampleRate: Int
    /// `AUDIO_COMPRESSION_THRESHOLD_MB` in bytes: what is smaller is sent as it is.
    public var threshold: Int64

    public init(bitrate: Int = 96_000, sampleRate: Int = PCMFormat.sampleRate, threshold: Int64 = 30_000_000) {
        self.bitrate = bitrate
        self.sampleRate = sampleRate
        self.threshold = threshold
    }
}

/// How audio is made small enough, decided before any work begins.
public enum CompressionPlan {
    /// Above this size of the source fewer bits are spent.
    static let largeSource: Int64 = 100_000_000
    static let largeBitrate = 64_000
    /// Below this nobody understands the speech.
    public static func lowestBitrate(_ format: AudioFormat) -> Int {
        switch format {
        case .opus: 8_000
        case .mp3: 16_000
        case .flac: 0
        }
    }

    /// MPEG-2 layer III knows these and no others, in kbit/s (ISO 13818-3 table).
    static let mp3Bitrates = [16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160].map { $0 * 1000 }
    /// Ogg pages and lacing, or frame headers, on top of the coded bits: bits per second, as a part of them, and once.
    static let containerBitrate = 400
    static let containerShare = 0.009
    static let containerBytes: Int64 = 2_048
    /// FLAC of speech takes about this part of the samples' bytes; noise takes more.
    static let flacRatio = 0.62

    /// The settings with which `duration` seconds fit into `bytes`: the best bitrate that does, one channel, and a
    /// sample rate that the bitrate can fill.
    public static func settings(
        forTarget bytes: Int64, duration: Double, format: AudioFormat = .opus, atMost: Int = 128_000,
        sampleRate: Int = PCMFormat.sampleRate
    ) throws(CompressionRefusal) -> EncodingSettings {
        let seconds = max(duration, 0.1)
        if format == .flac {
            let settings = EncodingSettings(format: .flac, bitrate: 0, sampleRate: sampleRate)
            guard estimatedBytes(settings, duration: seconds) <= bytes else { throw refusal(bytes, seconds, .flac) }
            return settings
        }
        let room = Double(max(0, bytes - containerBytes)) * 8 / seconds - Double(containerBitrate)
        // A whole number of hundreds; constrained variable rates stay near it.
        var bitrate = Int(min(room / (1 + containerShare), Double(atMost)) / 100) * 100
        if format == .mp3 { bitrate = mp3Bitrates.last { $0 <= bitrate } ?? 0 }
        guard bitrate >= lowestBitrate(format) else { throw refusal(bytes, seconds, format) }
        // So few bits fill no more than a telephone's band; Opus narrows it by itself.
        let fitting = format == .mp3 && bitrate < 24_000 ? 8_000 : sampleRate
        return EncodingSettings(format: format, bitrate: bitrate, sampleRate: min(fitting, sampleRate))
    }

    /// The settings for a part of a source of `sourceBytes`, within one request's limits.
    public static func settings(
        source sourceBytes: Int64, duration: Double, input: EncodedInput, wishes: CompressionWishes
    ) throws(CompressionRefusal) -> EncodingSettings {
        var refused: CompressionRefusal?
        let wanted = sourceBytes > largeSource ? min(wishes.bitrate, largeBitrate) : wishes.bitrate
        for format in input.formats {
            do {
                return try settings(
                    forTarget: input.maximumBytes, duration: duration, format: format, atMost: wanted,
                    sampleRate: wishes.sampleRate)
            } catch {
                refused = refused ?? error
            }
        }
        throw refused ?? CompressionRefusal(description: "The provider takes no format that can be made here.")
    }

    /// More bits a second than this in a compressed file may hide more audio than it says it has.
    static let mostUntouchedBitrate = 400_000.0

    /// How a whole file goes in one request: as it is when it is small, complete, and in a container the provider
    /// reads; else encoded. `nil` when it is longer than a part should be, says nothing of its length, or does not fit.
    public static func whole(
        _ extent: MediaExtent, description: MediaDescription, decoding: DecodingOptions, accepted: Set<String>,
        input: EncodedInput, wishes: CompressionWishes
    ) -> WholePlan? {
        guard let claimed = description.duration, claimed.isFinite, claimed >= input.minimumSeconds else { return nil }
        let seconds = max(0, min(decoding.to ?? claimed, claimed) - (decoding.from ?? 0))
        guard seconds >= input.minimumSeconds, seconds <= min(input.preferredSeconds, decoding.maximumSeconds) else {
            return nil
        }
        let isAll = decoding.track == nil && decoding.from == nil && decoding.to == nil
        if isAll, extent.isComplete, Double(extent.available) * 8 / claimed <= mostUntouchedBitrate,
            let container = untouched(
                bytes: extent.available, description: description, accepted: accepted, input: input, wishes: wishes)
        {
            return WholePlan(seconds: seconds, settings: nil, container: container)
        }
        let settings = try? settings(source: extent.available, duration: seconds, input: input, wishes: wishes)
        return settings.map { WholePlan(seconds: seconds, settings: $0) }
    }

    /// The container of a file that is small and can be read by the provider as it is; else `nil`.
    static func untouched(
        bytes: Int64, description: MediaDescription, accepted: Set<String>, input: EncodedInput,
        wishes: CompressionWishes
    ) -> String? {
        guard bytes > 0, bytes < wishes.threshold, bytes <= input.maximumBytes, description.audioTracks == 1 else {
            return nil
        }
        return description.container.split(separator: ",").map(String.init).first(where: accepted.contains)
    }

    /// How many bytes `duration` seconds will take.
    public static func estimatedBytes(_ settings: EncodingSettings, duration: Double) -> Int64 {
        let bits =
            settings.format == .flac
            ? Double(settings.sampleRate * PCMFormat.bytesPerSample * 8) * flacRatio : Double(settings.bitrate)
        return Int64((bits * (1 + containerShare) + Double(containerBitrate)) / 8 * duration) + containerBytes
    }

    /// How much smaller than its source the audio will be: 0.1 is a tenth.
    public static func estimatedRatio(
        _ settings: EncodingSettings, duration: Double, sourceBytes: Int64
    ) -> Double? {
        guard sourceBytes > 0 else { return nil }
        return Double(estimatedBytes(settings, duration: duration)) / Double(sourceBytes)
    }

    private static func refusal(_ bytes: Int64, _ seconds: Double, _ format: AudioFormat) -> CompressionRefusal {
        let least = EncodingSettings(format: format, bitrate: lowestBitrate(format))
        let needed = Double(estimatedBytes(least, duration: seconds)) / 1e6
        return CompressionRefusal(
            description: "\(minutes(seconds)) of audio cannot be made to fit into \(megabytes(Double(bytes) / 1e6)): "
                + "even the lowest \(format.rawValue) setting needs \(megabytes(needed)). Send it in parts.")
    }

    private static func megabytes(_ value: Double) -> String { "\((value * 10).rounded(.up) / 10) MB" }
    private static func minutes(_ seconds: Double) -> String {
        seconds < 120 ? "\(Int(seconds.rounded(.up))) s" : "\(Int((seconds / 60).rounded())) min"
    }
}
