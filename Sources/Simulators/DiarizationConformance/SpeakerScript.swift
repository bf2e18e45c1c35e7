public import Transcription

/// Who speaks when, in a recording that is made up.
public struct SpeakerScript: Sendable {
    public struct Part: Sendable {
        /// Nobody is silence; several speak at once.
        public var voices: Set<Int>
        public var seconds: Double
        /// What is heard is no voice, though the speech detector took it for one.
        public var isMusic = false

        public init(_ voices: Set<Int>, _ seconds: Double, isMusic: Bool = false) {
            self.voices = voices
            self.seconds = seconds
            self.isMusic = isMusic
        }
    }

    public var parts: [Part]
    /// Every channel carries the same sound.
    public var isSameOnAllChannels = false

    public init(_ parts: [Part]) {
        self.parts = parts
    }

    public init(_ parts: (Int, Double)...) {
        self.init(parts.map { Part([$0.0], $0.1) })
    }

    public var samples: Int { parts.reduce(0) { $0 + PCMFormat.sample(at: $1.seconds) } }

    /// Where each part lies.
    public var ranges: [Range<Int>] {
        var start = 0
        return parts.map { part in
            defer { start += PCMFormat.sample(at: part.seconds) }
            return start..<start + PCMFormat.sample(at: part.seconds)
        }
    }

    /// Where the speech detector hears something: neighbours are one stretch.
    public var speech: [Range<Int>] {
        var speech: [Range<Int>] = []
        for (part, range) in zip(parts, ranges) where !part.voices.isEmpty || part.isMusic {
            if let last = speech.last, last.upperBound == range.lowerBound {
                speech[speech.count - 1] = last.lowerBound..<range.upperBound
            } else {
                speech.append(range)
            }
        }
        return speech
    }

    /// What is heard at a sample.
    public func part(at sample: Int) -> Part? {
        zip(parts, ranges).first { $0.1.contains(sample) }?.0
    }

    /// How loud each of so many channels is, when every voice has one of its own.
    public func levels(channels: Int) -> ChannelLevels {
        var levels = ChannelLevels(channels: channels)
        levels.levels.reserveCapacity(samples / ChannelLevels.frame * channels)
        var (index, ranges) = (0, ranges)
        ranges.append(samples..<samples)
        for frame in 0..<samples / ChannelLevels.frame {
            while frame * ChannelLevels.frame >= ranges[index].upperBound { index += 1 }
            let part = parts[index]
            for channel in 0..<channels {
                let noise = Double((frame * 7 + channel * 3 + index * 31) % 5)
                let isLoud = isSameOnAllChannels || part.isMusic || part.voices.contains(channel)
                let level = part.voices.isEmpty && !part.isMusic ? -80.0 : isLoud ? -20.0 : -52.0
                let shared = isSameOnAllChannels || part.isMusic ? Double(frame * 7 % 5) : noise
                levels.levels.append(UInt8((level + shared + 127.5) * 2))
            }
        }
        return levels
    }
}

/// A method with something for it to hear.
public struct DiarizationScene: Sendable {
    public var diarizer: any Diarizer
    public var sound: DiarizedSound

    public init(diarizer: any Diarizer, sound: DiarizedSound) {
        self.diarizer = diarizer
        self.sound = sound
    }
}

/// One method, and how sounds are made that it can hear.
public protocol DiarizationStage: Sendable {
    /// What the method promises beyond what all do.
    var promises: DiarizationPromises { get }
    func scene(_ script: SpeakerScript) async throws -> DiarizationScene
    /// The same method with what it needs broken: it throws.
    func broken(_ script: SpeakerScript) async throws -> DiarizationScene
    /// The same method, in work that does not end by itself; `onStart` is called once it is under way.
    func endless(_ script: SpeakerScript, onStart: @escaping @Sendable () -> Void) async throws -> DiarizationScene
}

public struct DiarizationPromises: Sendable {
    /// Numbers of speakers that were asked for are kept.
    public var obeysBounds: Bool
    /// How far, in seconds, a turn may begin from where its speaker does.
    public var precision: Double
    /// The longest recording to try, in seconds.
    public var longest: Double
    /// Speakers that it tells apart at most.
    public var mostSpeakers: Int

    public init(
        obeysBounds: Bool = true, precision: Double = 0.6, longest: Double = 3600, mostSpeakers: Int = 20
    ) {
        self.obeysBounds = obeysBounds
        self.precision = precision
        self.longest = longest
        self.mostSpeakers = mostSpeakers
    }
}
