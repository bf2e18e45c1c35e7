import Foundation
import HostProcesses
import MediaStores
import Testing
import Transcription
import Transcripts
import Workbench

@testable import HostedEngines

@Suite("Engine hosts", .serialized)
struct EnginePoolTests {
    private let bench: Workbench
    private static let host = Workbench.programs.appending(path: "stentor-host").path

    init() throws { bench = try Workbench() }

    private func pool(_ files: [String: String] = Workbench.nanoModel, kind: String = "whisper-onnx", slots: Int = 2)
        -> EnginePool
    {
        let setup = EngineSetup(
            engine: "sherpa", model: "nano", kind: kind, files: files, engineFolder: Workbench.engineFolder, threads: 1,
            memoryLimit: 6 << 30)
        return EnginePool(executable: Self.host, setup: setup, slots: slots)
    }

    /// Decoded audio with the sample's speech in it.
    private func speech() throws -> (pcm: any PCM, samples: Int) {
        let samples = try bench.samples(of: Workbench.sample.path)
        let path = try bench.write(samples.withUnsafeBytes { Array($0) }, to: "speech.pcm")
        return (try OpenPCM(path), samples.count)
    }

    @Test("each chunk gets the nano model's sentence from the real library")
    func sentence() async throws {
        let pool = pool()
        let capabilities = try #require(try await pool.prepare())
        let recognizer = HostedRecognizer(pool, capabilities: capabilities, slots: 2)
        let (pcm, samples) = try speech()
        let sentence = try Workbench.nanoSentence()
        try await withThrowingTaskGroup(of: String.self) { group in
            // The library allows six tokens a second: five seconds hold the whole sentence.
            for start in stride(from: 0, to: samples - 80_000, by: 8_000) {
                group.addTask {
                    try await recognizer.recognise(start..<start + 80_000, of: pcm, RecognitionOptions()).text
                }
            }
            for try await text in group { #expect(text == sentence) }
        }
        await pool.stop()
    }

    @Test("a whole file through the pipeline says the sentence once for each chunk")
    func pipeline() async throws {
        let path = try bench.ffmpeg(
            [
                "-i", Workbench.sample.path, "-f", "lavfi", "-i", "anullsrc=r=16000:cl=mono", "-filter_complex",
                "[1:a]atrim=duration=8[s];[0:a]asplit[a][b];[a][s][b]concat=n=3:v=0:a=1",
            ], "twice.flac")
        let pool = pool()
        let capabilities = try #require(try await pool.prepare())
        let pipeline = TranscriptionPipeline(
            decoder: HostedDecoder(executable: Self.host, workFolder: bench.folder.path), detector: pool,
            recognizer: HostedRecognizer(pool, capabilities: capabilities, slots: 2))
        let media = try MediaFile(path: Array(path.utf8CString))
        let transcript = try await pipeline.transcribe(media, .init(language: "en")) { _ in }
        let sentence = try Workbench.nanoSentence()
        #expect(transcript.text == "\(sentence) \(sentence)")
        #expect(transcript.timelineFault == nil)
        await pool.stop()
    }

    @Test("a model of the wrong kind ends only its host, and is named")
    func wrongKind() async throws {
        var files = Workbench.nanoModel
        files["encoder"] = "\(Workbench.engineFolder)/silero_vad.onnx"
        let pool = pool(files)
        let error = await #expect(throws: EngineError.self) { try await pool.prepare() }
        #expect(error?.code == .unusable)
        #expect(error?.description.contains("nano") == true)
    }

    @Test("a truncated model and an unknown kind are unusable, without a crash")
    func unusable() async throws {
        var files = Workbench.nanoModel
        let encoder = try Data(contentsOf: URL(fileURLWithPath: files["encoder"] ?? ""))
        files["encoder"] = try bench.write(encoder.prefix(100_000), to: "short.onnx")
        #expect((await #expect(throws: EngineError.self) { try await pool(files).prepare() })?.code == .unusable)
        #expect(
            (await #expect(throws: EngineError.self) { try await pool(kind: "magic").prepare() })?.code == .unusable)
    }

    @Test("an unknown language is an error of that request; the host lives on")
    func unknownLanguage() async throws {
        let pool = pool(slots: 1)
        let capabilities = try #require(try await pool.prepare())
        let recognizer = HostedRecognizer(pool, capabilities: capabilities, slots: 1)
        let (pcm, _) = try speech()
        let error = await #expect(throws: EngineError.self) {
            try await recognizer.recognise(0..<16_000, of: pcm, RecognitionOptions(language: "xx"))
        }
        #expect(error?.code == .unknownLanguage)
        _ = try await recognizer.recognise(0..<16_000, of: pcm, RecognitionOptions(language: "en"))
        await pool.stop()
    }

    @Test("speech is found inside the range that was asked for")
    func detection() async throws {
        let pool = pool(slots: 1)
        let (pcm, samples) = try speech()
        let spans = try await pool.detectSpeech(in: pcm, range: 8_000..<samples)
        #expect(!spans.isEmpty)
        #expect(spans.allSatisfy { $0.lowerBound >= 8_000 && $0.upperBound <= samples })
        await pool.stop()
    }

    @Test("audio that is not there is an error, not silence")
    func beyondTheEnd() async throws {
        let pool = pool(slots: 1)
        let (pcm, samples) = try speech()
        let error = await #expect(throws: EngineError.self) {
            try await pool.detectSpeech(in: pcm, range: samples..<samples + 16_000)
        }
        #expect(error?.code == .failed)
        await pool.stop()
    }

    @Test("a cancelled request frees its host, which serves the next")
    func cancellation() async throws {
        let pool = pool(slots: 1)
        let capabilities = try #require(try await pool.prepare())
        let recognizer = HostedRecognizer(pool, capabilities: capabilities, slots: 1)
        let (pcm, samples) = try speech()
        let task = Task { try await recognizer.recognise(0..<samples, of: pcm, RecognitionOptions()) }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        _ = try await recognizer.recognise(0..<16_000, of: pcm, RecognitionOptions())
        await pool.stop()
    }
}

struct OpenPCM: PCM {
    let file: Descriptor
    let channels = 1

    var descriptor: CInt { file.raw }

    init(_ path: String) throws {
        file = Descriptor(owning: open(path, O_RDONLY | O_CLOEXEC))
    }
}
