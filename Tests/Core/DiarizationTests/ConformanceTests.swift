import DiarizationConformance
import Testing
import Transcription

@testable import Diarization

@Suite("Every method of telling speakers apart")
struct DiarizationConformanceTests {
    private struct NoPCM: PCM { let descriptor: CInt = -1 }

    /// Directions with some noise, one for each voice of a script.
    private struct Voices: VoiceEmbedder {
        enum Fault { case none, broken, endless(@Sendable () -> Void) }

        let script: SpeakerScript
        var fault = Fault.none
        let concurrency = 2

        func embed(_ windows: [Int], of pcm: any PCM) async throws -> VoicePrints {
            switch fault {
            case .none: return VoicePrints(windows.map(print))
            case .broken: throw EngineError(.unusable, "The speaker encoder is damaged.")
            case .endless(let onStart):
                onStart()
                try await Task.sleep(for: .seconds(3600))
                return VoicePrints()
            }
        }

        private func print(_ start: Int) -> [Float] {
            var generator = SplitMix(state: UInt64(bitPattern: Int64(start)))
            var vector = (0..<VoicePrints.dimensions).map { _ in Float.random(in: 0...0.02, using: &generator) }
            let last = script.samples - 1
            for sample in stride(from: start, to: start + VoiceWindow.length, by: VoiceWindow.length / 8) {
                guard let part = script.part(at: min(max(sample, 0), last)) else { continue }
                for voice in part.voices { for dimension in 0..<12 { vector[voice * 12 + dimension] += 0.25 } }
                if part.isMusic { vector[Int.random(in: 0..<256, using: &generator)] += 0.5 }
            }
            return vector.normalised
        }
    }

    private struct ByVoice: DiarizationStage {
        let promises = DiarizationPromises()

        private func scene(_ script: SpeakerScript, _ fault: Voices.Fault) -> DiarizationScene {
            DiarizationScene(
                diarizer: FittingDiarizer(
                    otherwise: VoiceDiarizer(Voices(script: script, fault: fault)) { $0() }),
                sound: DiarizedSound(pcm: NoPCM(), samples: script.samples, speech: script.speech))
        }

        func scene(_ script: SpeakerScript) -> DiarizationScene { scene(script, .none) }
        func broken(_ script: SpeakerScript) -> DiarizationScene { scene(script, .broken) }
        func endless(_ script: SpeakerScript, onStart: @escaping @Sendable () -> Void) -> DiarizationScene {
            scene(script, .endless(onStart))
        }
    }

    /// Every voice on its own channel; what is not so falls to voices.
    private struct ByChannel: DiarizationStage {
        let promises = DiarizationPromises(obeysBounds: false, precision: 0.15)

        func scene(_ script: SpeakerScript) -> DiarizationScene {
            let channels = max(2, (script.parts.flatMap(\.voices).max() ?? 0) + 1)
            return DiarizationScene(
                diarizer: FittingDiarizer(otherwise: VoiceDiarizer(Voices(script: script)) { $0() }),
                sound: DiarizedSound(
                    pcm: NoPCM(), samples: script.samples, speech: script.speech,
                    channels: script.levels(channels: channels)))
        }

        /// Levels that end in the middle of the sound.
        func broken(_ script: SpeakerScript) -> DiarizationScene {
            var scene = scene(script)
            scene.sound.channels?.levels.removeLast(script.samples / ChannelLevels.frame)
            scene.diarizer = ChannelDiarizer()
            return scene
        }

        /// Asked for, and cancelled by what it reports to.
        func endless(_ script: SpeakerScript, onStart: @escaping @Sendable () -> Void) -> DiarizationScene {
            var scene = scene(script)
            scene.diarizer = Endless(other: ChannelDiarizer(), onStart: onStart)
            return scene
        }

        /// Hears the same again and again.
        private struct Endless: Diarizer {
            let other: any Diarizer
            let onStart: @Sendable () -> Void

            func diarize(
                _ sound: DiarizedSound, _ wish: SpeakerWish, report: @escaping @Sendable (Double) -> Void
            ) async throws -> [SpeakerTurn] {
                onStart()
                while true { _ = try await other.diarize(sound, wish, report: report) }
            }
        }
    }

    @Test("voices keep the promises")
    func voices() async {
        let violations = await DiarizationConformance(ByVoice()).violations()
        #expect(violations == [])
    }

    @Test("channels keep the promises")
    func channels() async {
        let violations = await DiarizationConformance(ByChannel()).violations()
        #expect(violations == [])
    }
}
