import DiarizationConformance
import Foundation
import HostProcesses
import Testing
import Transcription
import Workbench

@testable import HostedEngines

/// Models of tones in place of voices, through the real library in a real host.
@Suite("Models that tell speakers apart", .serialized)
struct HostedDiarizerTests {
    private static let host = Workbench.programs.appending(path: "stentor-host").path

    private static func pool(_ files: [String: String] = Workbench.speakerModels) -> EnginePool {
        var setup = EngineSetup(
            engine: nil, model: "tones", files: files, engineFolder: Workbench.engineFolder, threads: 1,
            memoryLimit: 6 << 30)
        setup.speakerModels = SpeakerModels(segmentation: "tones", embedding: "tones")
        return EnginePool(executable: host, setup: setup, slots: 1)
    }

    private struct Stage: DiarizationStage {
        let bench: Workbench
        let pool = HostedDiarizerTests.pool()
        let broken: EnginePool
        // The library decides about pauses in tenths of a second.
        let promises = DiarizationPromises(precision: 0.6, longest: 600)

        init() throws {
            bench = try Workbench()
            var files = Workbench.speakerModels
            // What is no model at all ends the library's process.
            files["embedding"] = try bench.write([UInt8](repeating: 7, count: 5000), to: "broken.onnx")
            broken = HostedDiarizerTests.pool(files)
        }

        func scene(_ script: SpeakerScript) throws -> DiarizationScene {
            let path = try bench.write(Self.samples(script), to: "\(UUID().uuidString).pcm")
            return DiarizationScene(
                diarizer: HostedDiarizer(pool),
                sound: DiarizedSound(pcm: try OpenPCM(path), samples: script.samples, speech: script.speech))
        }

        func broken(_ script: SpeakerScript) throws -> DiarizationScene {
            var scene = try scene(script)
            scene.diarizer = HostedDiarizer(broken)
            return scene
        }

        func endless(_ script: SpeakerScript, onStart: @escaping @Sendable () -> Void) throws -> DiarizationScene {
            var scene = try scene(script)
            scene.diarizer = Endless(other: HostedDiarizer(pool), onStart: onStart)
            return scene
        }

        private static func samples(_ script: SpeakerScript) -> [UInt8] {
            let seconds = Dictionary(
                uniqueKeysWithValues: Set(script.parts.flatMap(\.voices)).map { ($0, SpeakerTones.second($0)) })
            var noise: UInt32 = 1
            var samples = [Int16](repeating: 0, count: script.samples)
            for (part, range) in zip(script.parts, script.ranges) {
                let voices = part.voices.compactMap { seconds[$0] }
                for index in range where part.isMusic || !voices.isEmpty {
                    noise = noise &* 1_664_525 &+ 1_013_904_223
                    var value = part.isMusic ? Double(noise >> 20) - 2048 : 0
                    for voice in voices { value += voice[index % 16_000] }
                    samples[index] = Int16(value)
                }
            }
            return samples.withUnsafeBytes { Array($0) }
        }

        /// Again and again, until it is cancelled in the middle.
        private struct Endless: Diarizer {
            let other: any Diarizer
            let onStart: @Sendable () -> Void

            func diarize(
                _ sound: DiarizedSound, _ wish: SpeakerWish, report: @escaping @Sendable (Double) -> Void
            ) async throws -> [SpeakerTurn] {
                while true {
                    _ = try await other.diarize(sound, wish) {
                        onStart()
                        report($0)
                    }
                }
            }
        }
    }

    @Test("sherpa-onnx keeps the promises")
    func conformance() async throws {
        let stage = try Stage()
        let violations = await DiarizationConformance(stage).violations()
        #expect(violations == [])
        await stage.pool.stop()
        await stage.broken.stop()
    }

    @Test("a recording that is longer than models take is refused before a host is started")
    func tooLong() async throws {
        let pool = Self.pool()
        let stage = try Stage()
        var scene = try stage.scene(SpeakerScript((0, 1)))
        scene.sound.samples = DiarizedSound.mostForModels + 1
        let sound = scene.sound
        await #expect(throws: EngineError.self) {
            try await HostedDiarizer(pool).diarize(sound, SpeakerWish()) { _ in }
        }
        #expect(await pool.figures().starts == 0)
    }

    @Test("the host goes when the recording is done")
    func leaving() async throws {
        let stage = try Stage()
        let scene = try stage.scene(SpeakerScript((0, 12), (1, 12)))
        for _ in 0..<2 { _ = try await scene.diarizer.diarize(scene.sound, SpeakerWish()) { _ in } }
        #expect(await stage.pool.figures().starts == 2)
        await stage.pool.stop()
    }
}
