import Synchronization
import Testing
import Transcripts

@testable import Transcription

@Suite("Work that is taken up again")
struct WorkMemoryTests {
    private static func samples(_ seconds: Double) -> Int { PCMFormat.sample(at: seconds) }
    private static let spans = (0..<6).map { samples(Double($0) * 10 + 1)..<samples(Double($0) * 10 + 3) }

    private func transcribe(_ memory: Notebook, failingFrom limit: Int) async throws -> (String, Int) {
        let asked = Mutex(0)
        let pipeline = TranscriptionPipeline(
            decoder: ScriptedDecoder(events: [Self.samples(30), Self.samples(60)]),
            detector: ScriptedDetector(spans: Self.spans),
            recognizer: ScriptedRecognizer(concurrency: 1) { range, _ in
                asked.withLock { $0 += 1 }
                if range.lowerBound / Self.samples(10) >= limit { throw EngineError(.unusable, "gone") }
                return Recognition(text: "part\(range.lowerBound / Self.samples(10))")
            })
        let transcript = try? await pipeline.transcribe(NoMedia(), .init(), memory: memory) { _ in }
        return (transcript?.text ?? "", asked.withLock(\.self))
    }

    @Test("the second try recognises only what the first did not finish, and the text is the same")
    func resume() async throws {
        let memory = Notebook()
        let first = try await transcribe(memory, failingFrom: 4)
        #expect(first.0.isEmpty)
        let kept = memory.outcomes.withLock { $0.count }
        #expect((1...4).contains(kept))
        let second = try await transcribe(memory, failingFrom: 99)
        #expect(second.0 == "part0 part1 part2 part3 part4 part5")
        #expect(second.1 == 6 - kept)
    }

    @Test("a chunk whose plan changed is done anew")
    func otherPlan() async throws {
        let memory = Notebook()
        _ = try await transcribe(memory, failingFrom: 99)
        memory.outcomes.withLock { kept in
            kept = Dictionary(
                uniqueKeysWithValues: kept.map {
                    (
                        Chunk(
                            number: $0.number, range: $0.range.lowerBound..<$0.range.upperBound + 1, speech: $0.speech),
                        $1
                    )
                })
        }
        let second = try await transcribe(memory, failingFrom: 99)
        #expect(second.1 == 6)
    }
}

private final class Notebook: WorkMemory {
    let outcomes = Mutex<[Chunk: ChunkOutcome]>([:])
    private let windows = Mutex<[Range<Int>: [Range<Int>]]>([:])

    func spans(in range: Range<Int>) -> [Range<Int>]? { windows.withLock { $0[range] } }
    func outcome(of chunk: Chunk) -> ChunkOutcome? { outcomes.withLock { $0[chunk] } }
    func keep(_ spans: [Range<Int>], in range: Range<Int>) async { windows.withLock { $0[range] = spans } }
    func keep(_ outcome: ChunkOutcome, of chunk: Chunk) async { outcomes.withLock { $0[chunk] = outcome } }
}
