import Foundation
import Testing
import Transcription
import TranscriptionConformance
import Workbench

@testable import WhisperEngine

@Suite("Whisper engine")
struct WhisperRecognizerTests {
    private func nano(threads: Int = 2) throws -> WhisperRecognizer {
        try WhisperRecognizer(path: Workbench.nanoGGML, name: "nano", languages: [], threads: threads)
    }

    @Test("keeps the promises of every engine")
    func conformance() throws {
        let speech = try Workbench().samples(of: Workbench.sample.path)
        #expect(SpeechEngineConformance.violations(try nano(), speech: speech) == [])
    }

    @Test("the nano model says its sentence")
    func sentence() throws {
        let result = try nano().recognise(
            Array(repeating: 0, count: 80_000), RecognitionOptions(language: "en")
        ) { false }
        #expect(result.text == (try Workbench.nanoSentence()))
    }
}
