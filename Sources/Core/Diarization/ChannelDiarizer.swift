public import Transcription

/// Tells speakers apart by the channel they are heard on: exact, and nearly free.
public struct ChannelDiarizer: Diarizer {
    /// Louder than the quietest part of its channel by so many decibels: somebody speaks.
    private static let aboveNoise = 12.0
    /// Nobody is heard below, in decibels of full scale.
    private static let floor = -65.0
    /// A channel this much louder than all others has the word to itself, in decibels.
    private static let dominance = 6.0
    /// The part of the speech that has to be on one channel alone.
    private static let separated = 0.75
    /// Seconds a channel has to itself before it counts as a speaker.
    private static let least = 1.0
    /// Frames over which levels are averaged: syllables end between two frames.
    private static let smoothing = 7

    public init() {}

    /// Whether each channel is one speaker: nearly always one of them is much louder, and not always the same.
    public static func isSeparated(_ levels: ChannelLevels, _ speech: [Range<Int>]) -> Bool {
        guard levels.channels > 1 else { return false }
        let floors = floors(levels)
        var owned = [Int](repeating: 0, count: levels.channels)
        var heard = 0
        for frame in frames(speech, levels) {
            let active = active(levels, frame, floors)
            guard let loudest = active.first else { continue }
            heard += 1
            if isAlone(loudest, levels, frame) { owned[loudest] += 1 }
        }
        let least = Int(Self.least * Double(PCMFormat.sampleRate / ChannelLevels.frame))
        let speakers = owned.filter { $0 >= least }.count
        return speakers > 1 && Double(owned.reduce(0, +)) >= separated * Double(heard)
    }

    public func diarize(
        _ sound: DiarizedSound, _ wish: SpeakerWish, report: @escaping @Sendable (Double) -> Void
    ) async throws -> [SpeakerTurn] {
        guard let levels = sound.channels, levels.channels > 1 else {
            return TurnBuilder.joined(sound.speech.map { SpeakerTurn(speaker: 0, range: $0) })
        }
        // Resampling moves the end by a moment; more is missing only where something went wrong.
        guard levels.frames * ChannelLevels.frame >= sound.samples * 19 / 20 - PCMFormat.sampleRate else {
            throw EngineError(.failed, "The channels could not be measured to the end of the recording.")
        }
        let turns = try await Self.turns(levels, sound, report)
        report(1)
        return turns
    }

    /// Stretch by stretch, so that ten hours neither hold up others nor go on after they were cancelled.
    private static func turns(
        _ levels: ChannelLevels, _ sound: DiarizedSound, _ report: @Sendable (Double) -> Void
    ) async throws -> [SpeakerTurn] {
        let smooth = smoothed(levels)
        let floors = floors(levels)
        var pieces = [[SpeakerTurn]](repeating: [], count: levels.channels)
        for (number, stretch) in sound.speech.enumerated() {
            try Task.checkCancellation()
            await Task.yield()
            report(Double(number) / Double(sound.speech.count))
            for frame in frames([stretch], levels) {
                let range = (frame * ChannelLevels.frame..<(frame + 1) * ChannelLevels.frame).clamped(to: stretch)
                let active = active(smooth, frame, floors)
                // Speech that no channel stands out in belongs to the loudest.
                let speakers = active.isEmpty ? loudest(smooth, frame) : active
                let alone = speakers.first.map { isAlone($0, smooth, frame) } ?? true
                for speaker in alone ? Array(speakers.prefix(1)) : speakers {
                    pieces[speaker].append(SpeakerTurn(speaker: speaker, range: range, isOverlapped: !alone))
                }
            }
        }
        let turns = pieces.flatMap { TurnBuilder.joined($0, within: PCMFormat.sample(at: 0.5)) }
            .filter { $0.range.count >= PCMFormat.sample(at: 0.2) }
        return TurnBuilder.numbered(
            turns.sorted { ($0.range.lowerBound, $0.speaker) < ($1.range.lowerBound, $1.speaker) })
    }

    // MARK: - Frames

    private static func frames(_ speech: [Range<Int>], _ levels: ChannelLevels) -> [Int] {
        speech.flatMap { stretch in
            (stretch.lowerBound
                / ChannelLevels.frame..<max(
                    stretch.lowerBound / ChannelLevels.frame,
                    (stretch.upperBound + ChannelLevels.frame - 1) / ChannelLevels.frame
                )).filter { $0 < levels.frames }
        }
    }

    /// Channels on which somebody speaks, the loudest first; one that only hears the loudest from afar is left out.
    private static func active(_ levels: ChannelLevels, _ frame: Int, _ floors: [Double]) -> [Int] {
        loudest(levels, frame).filter { levels.level($0, in: frame) > floors[$0] }
    }

    private static func loudest(_ levels: ChannelLevels, _ frame: Int) -> [Int] {
        (0..<levels.channels).sorted {
            (levels.level($1, in: frame), $0) < (levels.level($0, in: frame), $1)
        }
    }

    private static func isAlone(_ channel: Int, _ levels: ChannelLevels, _ frame: Int) -> Bool {
        (0..<levels.channels).allSatisfy {
            $0 == channel || levels.level(channel, in: frame) - levels.level($0, in: frame) >= dominance
        }
    }

    /// For each channel the level above which somebody speaks: a tenth of its frames are quieter than its noise.
    private static func floors(_ levels: ChannelLevels) -> [Double] {
        (0..<levels.channels).map { channel in
            var histogram = [Int](repeating: 0, count: 256)
            for frame in 0..<levels.frames { histogram[Int(levels.levels[frame * levels.channels + channel])] += 1 }
            var rest = levels.frames / 10
            let quiet = histogram.firstIndex { count in
                rest -= count
                return rest < 0
            }
            return max(Double(quiet ?? 0) / 2 - 127.5 + aboveNoise, floor)
        }
    }

    private static func smoothed(_ levels: ChannelLevels) -> ChannelLevels {
        var result = levels
        let (count, channels) = (levels.frames, levels.channels)
        for channel in 0..<channels {
            for frame in 0..<count {
                let near = max(0, frame - smoothing / 2)..<min(count, frame + smoothing / 2 + 1)
                let sum = near.reduce(0) { $0 + Int(levels.levels[$1 * channels + channel]) }
                result.levels[frame * channels + channel] = UInt8(sum / near.count)
            }
        }
        return result
    }
}

/// By channels where each of them is one speaker, else by what is given for everything else.
public struct FittingDiarizer: Diarizer {
    private let other: any Diarizer

    public init(otherwise other: any Diarizer) {
        self.other = other
    }

    public func diarize(
        _ sound: DiarizedSound, _ wish: SpeakerWish, report: @escaping @Sendable (Double) -> Void
    ) async throws -> [SpeakerTurn] {
        let isByChannel =
            wish.byChannel ?? (sound.channels.map { ChannelDiarizer.isSeparated($0, sound.speech) } ?? false)
        let diarizer: any Diarizer = isByChannel && sound.channels != nil ? ChannelDiarizer() : other
        return try await diarizer.diarize(sound, wish, report: report)
    }
}
