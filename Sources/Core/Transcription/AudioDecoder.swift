/// The port to whatever turns media into PCM.
public protocol AudioDecoder: Sendable {
    /// Decodes one audio track. Events come in order: `opened` once, `decoded` again and again, `finished` last.
    /// The stream throws `DecodingError`; ending the iteration stops the work.
    func decode(_ media: any MediaSource, _ options: DecodingOptions) -> AsyncThrowingStream<DecodingEvent, any Error>
}

public struct DecodingOptions: Sendable, Hashable, Codable {
    /// The audio track, counted from 1; `nil` takes the first.
    public var track: Int?
    /// Decode only from here, in seconds.
    public var from: Double?
    /// Decode only to here, in seconds.
    public var to: Double?
    /// Say how loud each channel is, beside mixing them to one.
    public var measuresChannels: Bool
    /// Seconds of decoded audio after which the file is refused: a 6 MB file may hold a day.
    public var maximumSeconds: Double

    public init(
        track: Int? = nil, from: Double? = nil, to: Double? = nil, measuresChannels: Bool = false,
        maximumSeconds: Double = 12 * 3600
    ) {
        self.track = track
        self.from = from
        self.to = to
        self.measuresChannels = measuresChannels
        self.maximumSeconds = maximumSeconds
    }
}

/// What a file says of itself.
public struct MediaDescription: Sendable, Hashable, Codable {
    /// The container, as FFmpeg names its demuxer.
    public var container: String
    public var codec: String
    /// Hertz and channels before resampling.
    public var sampleRate: Int
    public var channels: Int
    /// Number of audio tracks in the file.
    public var audioTracks: Int
    /// Seconds, when the container says so; a claim, not a measurement.
    public var duration: Double?

    public init(
        container: String, codec: String, sampleRate: Int, channels: Int, audioTracks: Int, duration: Double?
    ) {
        self.container = container
        self.codec = codec
        self.sampleRate = sampleRate
        self.channels = channels
        self.audioTracks = audioTracks
        self.duration = duration
    }
}

public enum DecodingEvent: Sendable {
    case opened(MediaDescription, any PCM)
    /// Samples per channel readable so far.
    case decoded(samples: Int)
    /// All of them; never zero. `remark` says what was wrong with a file that still gave audio.
    case finished(samples: Int, remark: String?, channels: ChannelLevels? = nil)
}

/// Why a file gave no audio, in one sentence for the person who sent it.
public struct DecodingError: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable, Codable, CaseIterable {
        case empty, notMedia, unsupportedContainer, unsupportedCodec, noAudio, noSuchTrack, unreasonableFormat
        case damaged, tooLong, nothingDecoded, sourceFailed, diskFull, crashed, cancelled, hostUnavailable
    }

    public var code: Code
    public var description: String

    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
