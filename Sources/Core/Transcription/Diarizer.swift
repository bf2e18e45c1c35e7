/// The port to finding out who speaks when: by channels, by voices, or by an engine's model.
public protocol Diarizer: Sendable {
    /// Turns in order of their beginning; speakers are numbered from 0 in order of appearance. Turns of two speakers may
    /// overlap, those of one never do. Throws `EngineError`; cancelling the task stops the work.
    /// - Parameter report: called with the share that is done, 0…1, never less than before.
    func diarize(
        _ sound: DiarizedSound, _ wish: SpeakerWish, report: @escaping @Sendable (Double) -> Void
    ) async throws -> [SpeakerTurn]
}

/// What a request says about its speakers.
public struct SpeakerWish: Sendable, Hashable, Codable {
    public var minimum: Int?
    public var maximum: Int?
    /// Each channel is one speaker; `nil` finds out.
    public var byChannel: Bool?
    /// Models that listen, chosen at admission; `nil` compares voices with what every installation has.
    public var models: SpeakerModels?
    /// Voices that the request brought, with their names.
    public var known: KnownSpeakers?

    public init(
        minimum: Int? = nil, maximum: Int? = nil, byChannel: Bool? = nil, models: SpeakerModels? = nil,
        known: KnownSpeakers? = nil
    ) {
        self.known = known
        self.minimum = minimum
        self.maximum = maximum
        self.byChannel = byChannel
        self.models = models
    }
}

/// Voices with names, as a request brought them. What they sound like is kept in memory alone.
public struct KnownSpeakers: Sendable, Hashable, Codable {
    /// Of the clips.
    public var digest: String
    public var names: [String]

    public init(digest: String, names: [String]) {
        self.digest = digest
        self.names = names
    }
}

/// Audio that was decoded and searched for speech.
public struct DiarizedSound: Sendable {
    /// Samples that models take at once: three hours, of which they need 0.7 GB in memory.
    public static let mostForModels = PCMFormat.sample(at: 3 * 3600)

    public var pcm: any PCM
    /// In all.
    public var samples: Int
    /// Where speech is, ascending.
    public var speech: [Range<Int>]
    /// How loud each channel is, where the medium has more than one.
    public var channels: ChannelLevels?

    public init(pcm: any PCM, samples: Int, speech: [Range<Int>], channels: ChannelLevels? = nil) {
        self.pcm = pcm
        self.samples = samples
        self.speech = speech
        self.channels = channels
    }
}

/// What one speaker says without a longer pause.
public struct SpeakerTurn: Sendable, Hashable, Codable {
    public var speaker: Int
    /// Samples.
    public var range: Range<Int>
    /// 0…1: how clearly this is this speaker and none of the others.
    public var confidence: Double
    /// Somebody else speaks at the same time.
    public var isOverlapped: Bool
    /// Whose voice it is, where that is known.
    public var name: String?

    public init(speaker: Int, range: Range<Int>, confidence: Double = 1, isOverlapped: Bool = false) {
        self.speaker = speaker
        self.range = range
        self.confidence = confidence
        self.isOverlapped = isOverlapped
    }
}

/// How loud the channels of a medium are, frame by frame.
public struct ChannelLevels: Sendable, Hashable, Codable {
    /// Samples of one frame: 20 ms.
    public static let frame = PCMFormat.sampleRate / 50

    public var channels: Int
    /// Frame by frame, in each frame channel by channel: half decibels above −127.5 dB of full scale.
    public var levels: [UInt8]

    public init(channels: Int, levels: [UInt8] = []) {
        self.channels = channels
        self.levels = levels
    }

    public var frames: Int { channels > 0 ? levels.count / channels : 0 }

    /// Decibels of full scale.
    public func level(_ channel: Int, in frame: Int) -> Double {
        Double(levels[frame * channels + channel]) / 2 - 127.5
    }
}

/// The port to voices on the side that plans; `VoiceEngine` is its counterpart in the engine's process.
public protocol VoiceEmbedder: Sendable {
    /// Requests worked on side by side.
    var concurrency: Int { get }
    /// One print for each window of `VoiceWindow.length` samples. Throws `EngineError`.
    /// - Parameter windows: where each begins, ascending; the first and the last lie no further apart than
    ///   `VoiceWindow.longestStretch`, and there are at most `VoiceWindow.mostAtOnce`.
    func embed(_ windows: [Int], of pcm: any PCM) async throws -> VoicePrints
}
