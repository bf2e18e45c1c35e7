import Foundation
import Testing
import Transcription
import TranscriptionConformance
import Workbench

@testable import WhisperEngine

@Suite("Whisper engine", .serialized)
struct WhisperRecognizerTests {
    private func nano(threads: Int = 2) throws -> WhisperRecognizer {
        try WhisperRecognizer(path: Workbench.nanoGGML, name: "nano", languages: [], threads: threads)
    }

    private let silence = [Int16](repeating: 0, count: 80_000)

    @Test("keeps the promises of every engine")
    func conformance() throws {
        let speech = try Workbench().samples(of: Workbench.sample.path)
        #expect(SpeechEngineConformance.violations(try nano(), speech: speech) == [])
    }

    @Test("the nano model says its sentence, in its language, with a time for every word")
    func sentence() throws {
        let result = try nano().recognise(silence, RecognitionOptions()) { false }
        #expect(result.text == (try Workbench.nanoSentence()))
        #expect(result.language == "en")
        #expect(result.words.map(\.text) == result.text.split(separator: " ").map(String.init))
    }

    @Test("the same audio gives the same bits on any number of threads")
    func threads() throws {
        let samples = try Reference.samples()
        // The nano model always says the same; confidences and times hang on every bit of the sound.
        let results = try [1, 2, 3].map { threads in
            try nano(threads: threads).recognise(samples, RecognitionOptions(language: "en")) { false }
        }
        #expect(results[0] == results[1] && results[0] == results[2])
        #expect(try results[0] != nano().recognise(silence, RecognitionOptions(language: "en")) { false })
    }

    @Test("stops inside a chunk, in the encoder and between words")
    func cancelled() throws {
        let engine = try nano()
        #expect(engine.stopsInsideChunk)
        for patience in [0, 1, 5] {
            var asked = 0
            let error = #expect(throws: EngineError.self) {
                try engine.recognise(silence, RecognitionOptions(language: "en")) {
                    asked += 1
                    return asked > patience
                }
            }
            #expect(error?.code == .cancelled && asked == patience + 1)
        }
        #expect(try engine.recognise(silence, RecognitionOptions()) { false }.text == (try Workbench.nanoSentence()))
    }

    @Test("a prompt of any length is taken, and its end is what counts")
    func prompts() throws {
        let engine = try nano()
        for prompt in [" ", "w1", String(repeating: "w17 hello 日本 ", count: 10_000)] {
            _ = try engine.recognise(silence, RecognitionOptions(language: "en", prompt: prompt)) { false }
        }
    }

    @Test("30 s are taken, more are refused")
    func longest() throws {
        let engine = try nano()
        let longest = [Int16](repeating: 3, count: 480_000)
        #expect(!(try engine.recognise(longest, RecognitionOptions(language: "en")) { false }.text.isEmpty))
        let error = #expect(throws: EngineError.self) {
            try engine.recognise(longest + [3], RecognitionOptions(language: "en")) { false }
        }
        #expect(error?.code == .failed)
    }
}
