import Foundation
import Testing
import Transcription
import TranscriptionConformance
import Workbench

@testable import SherpaEngine

@Suite("sherpa-onnx")
struct SherpaRecognizerTests {
    private func nano(_ files: [String: String] = Workbench.nanoModel) throws -> SherpaRecognizer {
        try SherpaRecognizer(
            SherpaLibrary(folder: Workbench.engineFolder), .whisper, name: "nano", files: files, languages: [],
            threads: 1)
    }

    @Test("keeps the promises of every engine")
    func conformance() throws {
        let speech = try Workbench().samples(of: Workbench.sample.path)
        #expect(SpeechEngineConformance.violations(try nano(), speech: speech) == [])
    }

    @Test("the nano model says its sentence, through the real library")
    func sentence() throws {
        let engine = try nano()
        let result = try engine.recognise(Array(repeating: 0, count: 80_000), RecognitionOptions(language: "en")) {
            false
        }
        #expect(result.text == (try Workbench.nanoSentence()))
    }

    @Test("the language is found when none is given")
    func language() throws {
        let result = try nano().recognise(Array(repeating: 0, count: 32_000), RecognitionOptions()) { false }
        #expect(result.language == "en")
    }

    @Test("a model with a file missing, truncated or of garbage is refused")
    func brokenFiles() throws {
        let bench = try Workbench()
        let encoder = try Data(contentsOf: URL(fileURLWithPath: Workbench.nanoModel["encoder"] ?? ""))
        for (name, bytes) in [
            ("short.onnx", encoder.prefix(encoder.count / 2)), ("junk.onnx", Data(repeating: 7, count: 9999)),
        ] {
            var files = Workbench.nanoModel
            files["encoder"] = try bench.write(bytes, to: name)
            #expect((#expect(throws: EngineError.self) { try nano(files) })?.code == .unusable)
        }
        var incomplete = Workbench.nanoModel
        incomplete["tokens"] = nil
        #expect((#expect(throws: EngineError.self) { try nano(incomplete) })?.code == .unusable)
    }
}

@Suite("sherpa-onnx library")
struct SherpaLibraryTests {
    @Test("a folder without the library is a sentence that says what to run")
    func missing() {
        let error = #expect(throws: EngineError.self) { try SherpaLibrary(folder: "/nowhere") }
        #expect(error?.description.contains("make setup") == true)
    }

    @Test("a library of another release is refused before any structure is passed")
    func otherVersion() async throws {
        let bench = try Workbench()
        let source = try bench.write(
            "const char *SherpaOnnxGetVersionStr(void) { return \"1.9.9\"; }\n", to: "fake.c")
        let built = try await ProgramRun.run(
            "/usr/bin/env", ["clang", "-shared", "-fPIC", "-o", bench.path(SherpaLibrary.fileName), source])
        #expect(built.code == 0, "\(built.errors)")
        let error = #expect(throws: EngineError.self) { try SherpaLibrary(folder: bench.folder.path) }
        #expect(error?.description.contains("1.9.9 is installed, 2.0.1 is needed") == true)
    }
}

@Suite("Silero speech detector")
struct SileroDetectorTests {
    private func detector() throws -> SileroDetector {
        let library = try SherpaLibrary(folder: Workbench.engineFolder)
        return try SileroDetector(library, model: "\(Workbench.engineFolder)/\(SileroDetector.fileName)")
    }

    @Test("finds speech between silences, and the same again when asked again")
    func speech() throws {
        let bench = try Workbench()
        let speech = try bench.samples(of: Workbench.sample.path)
        let silence = [Int16](repeating: 0, count: 48_000)
        let detector = try detector()
        let spans = try detector.detectSpeech(silence + speech + silence)
        #expect(spans == (try detector.detectSpeech(silence + speech + silence)))
        let first = try #require(spans.first)
        let last = try #require(spans.last)
        #expect(first.lowerBound > 40_000 && first.lowerBound < 56_000)
        #expect(last.upperBound < 48_000 + speech.count + 16_000)
    }

    @Test("silence, nothing and a single sample hold no speech")
    func silence() throws {
        let detector = try detector()
        for count in [0, 1, 511, 512, 160_000] {
            #expect(try detector.detectSpeech([Int16](repeating: 0, count: count)).isEmpty)
        }
    }

    @Test("speech without a pause comes in spans that fit into a chunk")
    func longSpeech() throws {
        let bench = try Workbench()
        let speech = try bench.samples(of: Workbench.sample.path)
        // One vowel's worth of voice, over and over: no silence to cut at.
        let voiced = Array(speech[8_000..<12_000])
        let spans = try detector().detectSpeech(Array(repeatElement(voiced, count: 300).joined()))
        #expect(spans.allSatisfy { $0.count <= SpeechSpans.longest })
        for (earlier, later) in zip(spans, spans.dropFirst()) { #expect(earlier.upperBound <= later.lowerBound) }
    }
}
