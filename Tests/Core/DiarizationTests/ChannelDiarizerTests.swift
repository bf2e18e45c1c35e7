import Testing
import Transcription

@testable import Diarization

@Suite("Speakers by their channels")
struct ChannelDiarizerTests {
    private struct NoPCM: PCM { let descriptor: CInt = -1 }

    private struct Failing: Diarizer {
        func diarize(
            _ sound: DiarizedSound, _ wish: SpeakerWish, report: @escaping @Sendable (Double) -> Void
        ) async throws -> [SpeakerTurn] { throw EngineError(.unusable, "no voices here") }
    }

    /// Half seconds: who speaks in each, by channel; everybody else hears it `bleed` decibels quieter.
    private func levels(_ script: [Set<Int>], channels: Int = 2, bleed: Double = 30) -> ChannelLevels {
        var levels = ChannelLevels(channels: channels)
        for (number, speaking) in script.enumerated() {
            for frame in 0..<25 {
                for channel in 0..<channels {
                    let noise = Double((number * 31 + frame * 7 + channel * 3) % 5)
                    let level = speaking.isEmpty ? -80.0 : speaking.contains(channel) ? -20.0 : max(-80, -20 - bleed)
                    levels.levels.append(UInt8((level + noise + 127.5) * 2))
                }
            }
        }
        return levels
    }

    private func sound(_ levels: ChannelLevels) -> DiarizedSound {
        let samples = levels.frames * ChannelLevels.frame
        return DiarizedSound(pcm: NoPCM(), samples: samples, speech: [0..<samples], channels: levels)
    }

    /// Without the silence of the dialogue.
    private func spoken(_ levels: ChannelLevels) -> DiarizedSound {
        var sound = sound(levels)
        sound.speech = [0..<PCMFormat.sample(at: 6), PCMFormat.sample(at: 7)..<sound.samples]
        return sound
    }

    private let dialogue: [Set<Int>] =
        [[0], [0], [0], [0], [1], [1], [1], [1], [0], [0], [0], [0]] + [[], []] + [[1], [1], [1], [1]]

    @Test("two people on two channels are told apart to the frame")
    func dialogueTurns() async throws {
        let sound = spoken(levels(dialogue))
        let turns = try await FittingDiarizer(otherwise: Failing()).diarize(sound, SpeakerWish()) { _ in }
        #expect(turns.map(\.speaker) == [0, 1, 0, 1])
        let starts = turns.map { PCMFormat.seconds($0.range.lowerBound) }
        #expect(zip(starts, [0, 2, 4, 7]).allSatisfy { abs($0 - $1) < 0.15 })
    }

    @Test("the same sound on both sides is no two speakers")
    func sameOnBoth() {
        let levels = levels([Set<Int>](repeating: [0, 1], count: 40))
        #expect(!ChannelDiarizer.isSeparated(levels, sound(levels).speech))
    }

    @Test("one channel that is empty is one speaker, found by voice")
    func halfEmpty() {
        let levels = levels([Set<Int>](repeating: [0], count: 40), bleed: 90)
        #expect(!ChannelDiarizer.isSeparated(levels, sound(levels).speech))
    }

    @Test("music that wanders between the sides is not two speakers")
    func music() {
        let levels = levels((0..<60).map { $0 % 4 == 0 ? [0] : $0 % 4 == 1 ? [1] : [0, 1] }, bleed: 4)
        #expect(!ChannelDiarizer.isSeparated(levels, sound(levels).speech))
    }

    @Test("both at once is two turns that overlap")
    func crosstalk() async throws {
        let script: [Set<Int>] = dialogue + [[0, 1], [0, 1], [0, 1]]
        let turns = try await ChannelDiarizer().diarize(
            spoken(levels(script)), SpeakerWish(byChannel: true)
        ) { _ in }
        let overlapped = turns.filter { $0.range.upperBound > PCMFormat.sample(at: 9.3) }
        #expect(Set(overlapped.map(\.speaker)) == [0, 1])
    }

    @Test("asked for, channels are speakers whatever they hold; a single one is one speaker")
    func askedFor() async throws {
        let same = levels([Set<Int>](repeating: [0, 1], count: 20))
        let turns = try await FittingDiarizer(otherwise: Failing()).diarize(
            sound(same), SpeakerWish(byChannel: true)
        ) { _ in }
        #expect(!turns.isEmpty)
        await #expect(throws: EngineError.self) {
            try await FittingDiarizer(otherwise: Failing()).diarize(
                DiarizedSound(pcm: NoPCM(), samples: 100, speech: [0..<100]), SpeakerWish(byChannel: true)
            ) { _ in }
        }
    }
}
