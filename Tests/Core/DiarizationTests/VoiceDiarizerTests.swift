import Testing
import Transcription

@testable import Diarization

@Suite("Speakers by their voices")
struct VoiceDiarizerTests {
    /// Each second of the script is spoken by one voice, which is a direction with some noise.
    private struct Voices: VoiceEmbedder {
        let script: [Int]
        let concurrency = 2
        var noise: Float = 0.3

        func embed(_ windows: [Int], of pcm: any PCM) async throws -> VoicePrints {
            VoicePrints(
                windows.map { start in
                    var generator = SplitMix(state: UInt64(bitPattern: Int64(start)))
                    var vector = (0..<VoicePrints.dimensions).map { _ in
                        Float.random(in: 0...noise / 16, using: &generator)
                    }
                    for sample in stride(from: start, to: start + VoiceWindow.length, by: VoiceWindow.length / 8) {
                        let second = min(max(sample / PCMFormat.sampleRate, 0), script.count - 1)
                        for dimension in 0..<12 { vector[script[second] * 12 + dimension] += 0.25 }
                    }
                    return vector.normalised
                })
        }
    }

    private struct NoPCM: PCM { let descriptor: CInt = -1 }

    private func turns(
        _ script: [Int], _ wish: SpeakerWish = SpeakerWish(), speech: [Range<Int>]? = nil, noise: Float = 0.3
    ) async throws -> [SpeakerTurn] {
        let samples = script.count * PCMFormat.sampleRate
        let sound = DiarizedSound(pcm: NoPCM(), samples: samples, speech: speech ?? [0..<samples])
        let diarizer = VoiceDiarizer(Voices(script: script, noise: noise)) { $0() }
        let turns = try await diarizer.diarize(sound, wish) { _ in }
        for speaker in 0...(turns.map(\.speaker).max() ?? 0) {
            let own = turns.filter { $0.speaker == speaker }
            #expect(zip(own, own.dropFirst()).allSatisfy { $0.range.upperBound <= $1.range.lowerBound })
        }
        #expect(turns.allSatisfy { $0.range.lowerBound >= 0 && $0.range.upperBound <= samples && !$0.range.isEmpty })
        return turns
    }

    private func seconds(_ turns: [SpeakerTurn]) -> [Range<Int>] {
        turns.map { turn in
            Int(
                (PCMFormat.seconds(turn.range.lowerBound)).rounded())..<Int(
                    (PCMFormat.seconds(turn.range.upperBound)).rounded())
        }
    }

    private func talk(_ parts: (Int, Int)...) -> [Int] {
        parts.flatMap { [Int](repeating: $0.0, count: $0.1) }
    }

    @Test("each voice is one speaker, numbered in order of appearance, its turns begin where it begins")
    func basics() async throws {
        let found = try await turns(talk((5, 8), (2, 6), (5, 5), (9, 10)))
        #expect(found.map(\.speaker) == [0, 1, 0, 2])
        #expect(seconds(found) == [0..<8, 8..<14, 14..<19, 19..<29])
        #expect(found.allSatisfy { $0.confidence > 0.7 })
    }

    @Test("one voice all along is one speaker")
    func monologue() async throws {
        let found = try await turns([Int](repeating: 3, count: 90))
        #expect(found.map(\.speaker) == [0] && found.first?.range == 0..<PCMFormat.sample(at: 90))
    }

    @Test("twenty speakers are twenty")
    func twenty() async throws {
        let script = (0..<20).flatMap { [Int](repeating: $0 * 7 % 20, count: 5) }
        let found = try await turns(script)
        #expect(Set(found.map(\.speaker)).count == 20)
    }

    @Test("who says less than two seconds is no speaker, unless more are asked for")
    func short() async throws {
        let script = talk((1, 20), (2, 1), (1, 20))
        #expect(Set(try await turns(script).map(\.speaker)).count == 1)
        #expect(Set(try await turns(script, SpeakerWish(minimum: 2)).map(\.speaker)).count == 2)
    }

    @Test("no more speakers than allowed, and as many as asked for")
    func bounds() async throws {
        let script = talk((1, 10), (2, 10), (3, 10), (4, 10))
        #expect(Set(try await turns(script, SpeakerWish(maximum: 2)).map(\.speaker)).count == 2)
        #expect(Set(try await turns(script, SpeakerWish(maximum: 1)).map(\.speaker)).count == 1)
        #expect(Set(try await turns(script, SpeakerWish(minimum: 4, maximum: 4)).map(\.speaker)).count == 4)
        // More than there are windows cannot be.
        let word = [0..<PCMFormat.sample(at: 0.5)]
        #expect(try await turns([1], SpeakerWish(minimum: 9), speech: word).count == 1)
    }

    @Test("nothing said, nobody speaking")
    func silence() async throws {
        #expect(try await turns([1, 1], speech: []) == [])
    }

    @Test("a word of a tenth of a second has a speaker")
    func word() async throws {
        let range = PCMFormat.sample(at: 3)..<PCMFormat.sample(at: 3.1)
        let found = try await turns([1, 1, 1, 1, 1], speech: [range])
        #expect(found.count == 1 && found[0].range.contains(range.lowerBound))
    }

    @Test("pauses inside a turn belong to it, longer ones end it")
    func pauses() async throws {
        let speech = [(1.0, 4.0), (4.8, 7.0), (9.5, 12.0)].map {
            PCMFormat.sample(at: $0.0)..<PCMFormat.sample(at: $0.1)
        }
        let found = try await turns([Int](repeating: 2, count: 14), speech: speech)
        #expect(seconds(found).first == 1..<7)
        #expect(found.count == 2)
    }

    @Test("ten hours are compared in bounded memory, with longer steps")
    func tenHours() {
        let hour = PCMFormat.sample(at: 3600)
        let plan = WindowPlan((0..<10).map { $0 * hour..<$0 * hour + hour })
        #expect(plan.windows.count <= WindowPlan.mostWindows + 20)
        #expect(plan.requests.allSatisfy { $0.count <= VoiceWindow.mostAtOnce })
        #expect(plan.requests.map(\.count).reduce(0, +) == plan.windows.count)
        for request in plan.requests {
            let starts = plan.windows[request].map(\.start)
            #expect(starts[starts.count - 1] - starts[0] <= VoiceWindow.longestStretch)
        }
    }

    @Test("more windows than are clustered at once give the same speakers")
    func levels() {
        let script = (0..<400).map { $0 / 40 % 3 }
        var generator = SplitMix(state: 3)
        let vectors = script.map { voice in
            (0..<VoicePrints.dimensions).map { dimension -> Float in
                let own: Float = dimension / 12 == voice ? 0.28 : 0
                return own + Float.random(in: 0...0.02, using: &generator)
            }.normalised
        }
        var tuning = SpeakerClusters.Tuning()
        let whole = SpeakerClusters(vectors, SpeakerWish(), tuning)
        tuning.mostAtOnce = 32
        let parts = SpeakerClusters(vectors, SpeakerWish(), tuning)
        #expect(whole.centroids.count == 3 && parts.centroids.count == 3)
        let pairs = Set(zip(whole.labels, parts.labels).map { [$0, $1] })
        #expect(pairs.count == 3)
    }

    @Test("cancelling ends the listening")
    func cancelling() async throws {
        struct Endless: VoiceEmbedder {
            let concurrency = 1
            func embed(_ windows: [Int], of pcm: any PCM) async throws -> VoicePrints {
                try await Task.sleep(for: .seconds(600))
                return VoicePrints()
            }
        }
        let sound = DiarizedSound(pcm: NoPCM(), samples: 160_000, speech: [0..<160_000])
        let task = Task { try await VoiceDiarizer(Endless()) { $0() }.diarize(sound, SpeakerWish()) { _ in } }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }
}

/// Reproducible chance (Steele et al. 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
