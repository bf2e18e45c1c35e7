import Testing
import Transcription

@Suite("From the GPU to the processor")
struct FallbackRecognizerTests {
    private func recognise(_ error: EngineError?) async throws -> (text: String, warnings: [String]) {
        let gpu = ScriptedRecognizer(concurrency: 1) { _, _ in
            if let error { throw error }
            return Recognition(text: "gpu")
        }
        let both = FallbackRecognizer(first: gpu) {
            ScriptedRecognizer(concurrency: 1) { _, _ in Recognition(text: "processor") }
        }
        let text = try await both.recognise(0..<1, of: NoPCM(), RecognitionOptions()).text
        return (text, both.warnings)
    }

    @Test("a part that the GPU can do is done there")
    func ordinary() async throws {
        let (text, warnings) = try await recognise(nil)
        #expect(text == "gpu" && warnings.isEmpty)
    }

    @Test(
        "a part that does not fit is done on the processor, and said to be",
        arguments: [
            EngineError(.failed, "CUDA error: out of memory"), EngineError(.crashed, "The engine died."),
            EngineError(.failed, "BFCArena: Failed to allocate memory for requested buffer"),
        ])
    func tooLarge(error: EngineError) async throws {
        let (text, warnings) = try await recognise(error)
        #expect(text == "processor" && warnings.count == 1)
    }

    @Test(
        "other errors stay what they are",
        arguments: [
            EngineError(.unknownLanguage, "?"), EngineError(.cancelled, "?"), EngineError(.failed, "no speech"),
        ])
    func other(error: EngineError) async {
        await #expect(throws: error) { try await recognise(error) }
    }
}
