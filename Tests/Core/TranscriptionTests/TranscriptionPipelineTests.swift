import Synchronization
import Testing
import Transcripts

@testable import Transcription

@Suite("Transcription pipeline")
struct TranscriptionPipelineTests {
    private func samples(_ seconds: Double) -> Int { PCMFormat.sample(at: seconds) }

    private func pipeline(
        seconds: Double = 60, spans: [Range<Int>], concurrency: Int = 2,
        recognise: @escaping @Sendable (Range<Int>, RecognitionOptions) async throws -> Recognition
    ) -> TranscriptionPipeline {
        TranscriptionPipeline(
            decoder: ScriptedDecoder(events: [samples(seconds / 2), samples(seconds)]),
            detector: ScriptedDetector(spans: spans),
            recognizer: ScriptedRecognizer(concurrency: concurrency, answer: recognise))
    }

    @Test("chunks that finish out of order make a transcript in order")
    func order() async throws {
        let spans = (0..<6).map { samples(Double($0) * 10 + 1)..<samples(Double($0) * 10 + 3) }
        let gate = Gate()
        let pipeline = pipeline(spans: spans) { range, _ in
            // The first chunk waits until a later one has been asked for.
            if range.lowerBound < samples(5) { await gate.wait() } else { await gate.open() }
            return Recognition(text: "part\(range.lowerBound / samples(10))")
        }
        let transcript = try await pipeline.transcribe(NoMedia(), .init()) { _ in }
        #expect(transcript.text == "part0 part1 part2 part3 part4 part5")
        #expect(transcript.timelineFault == nil)
    }

    @Test("a chunk that always crashes is skipped and the rest goes on")
    func crashingChunk() async throws {
        let spans = [samples(1)..<samples(3), samples(20)..<samples(22), samples(40)..<samples(42)]
        let pipeline = pipeline(spans: spans) { range, _ in
            if range.contains(samples(21)) { throw EngineError(.crashed, "The engine failed.") }
            return Recognition(text: "fine")
        }
        let transcript = try await pipeline.transcribe(NoMedia(), .init()) { _ in }
        #expect(transcript.text == "fine fine")
        #expect(transcript.timeline.contains { $0.kind == .skipped && $0.reason == "The engine failed." })
        #expect(transcript.warnings == ["1 of 3 parts could not be recognised; the timeline says which."])
    }

    @Test("progress ends at the whole, and each segment is told once")
    func progress() async throws {
        let spans = [samples(1)..<samples(3), samples(20)..<samples(22)]
        let pipeline = pipeline(spans: spans) { _, _ in Recognition(text: "fine") }
        var fractions: [Double] = []
        var segments = 0
        _ = try await pipeline.transcribe(NoMedia(), .init()) { progress in
            if let fraction = progress.fraction { fractions.append(fraction) }
            segments += progress.segments.count
        }
        #expect(segments == 2)
        #expect(zip(fractions, fractions.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test("a prompt that the engine does not take is said to be ignored")
    func ignoredPrompt() async throws {
        let pipeline = pipeline(spans: [samples(1)..<samples(3)]) { _, _ in Recognition(text: "fine") }
        let transcript = try await pipeline.transcribe(NoMedia(), .init(prompt: "names")) { _ in }
        #expect(transcript.warnings == ["The engine test takes no prompt; it was ignored."])
    }

    @Test("what stops the decoder stops the transcription, with its reason")
    func decodingError() async {
        let error = DecodingError(.damaged, "broken")
        let pipeline = TranscriptionPipeline(
            decoder: ScriptedDecoder(events: [samples(20)], failure: error), detector: ScriptedDetector(spans: []),
            recognizer: ScriptedRecognizer(concurrency: 1) { _, _ in Recognition(text: "") })
        await #expect(throws: error) { try await pipeline.transcribe(NoMedia(), .init()) { _ in } }
    }

    @Test("an unusable engine ends the transcription at once")
    func unusable() async {
        let error = EngineError(.unusable, "no model")
        let pipeline = pipeline(spans: [samples(1)..<samples(3)]) { _, _ in throw error }
        await #expect(throws: error) { try await pipeline.transcribe(NoMedia(), .init()) { _ in } }
    }

    @Test("cancelling reaches the engine and ends with a cancellation")
    func cancellation() async {
        let started = Gate()
        let wasCancelled = Mutex(false)
        let pipeline = pipeline(spans: [samples(1)..<samples(3)]) { _, _ in
            await started.open()
            do {
                try await Task.sleep(for: .seconds(3600))
            } catch {
                wasCancelled.withLock { $0 = true }
                throw error
            }
            return Recognition(text: "")
        }
        let task = Task { try await pipeline.transcribe(NoMedia(), .init()) { _ in } }
        await started.wait()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(wasCancelled.withLock { $0 })
    }
}
