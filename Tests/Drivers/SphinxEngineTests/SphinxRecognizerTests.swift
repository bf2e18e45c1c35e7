import Foundation
import Testing
import Transcription
import TranscriptionConformance
import Workbench

@testable import SphinxEngine

@Suite("PocketSphinx")
struct SphinxRecognizerTests {
    @Test("keeps the promises of every engine")
    func conformance() throws {
        let engine = try SphinxRecognizer(folder: SphinxRecognizer.defaultFolder)
        let speech = try Workbench().samples(of: Workbench.sample.path)
        #expect(SpeechEngineConformance.violations(engine, speech: speech) == [])
    }

    @Test("says plainly what it is and how to get a better engine")
    func warning() throws {
        let engine = try SphinxRecognizer(folder: SphinxRecognizer.defaultFolder)
        #expect(engine.capabilities.warnings.count == 1)
        #expect(engine.capabilities.warnings[0].contains("stentor models pull"))
    }

    @Test("a missing model is a sentence with the command that installs it")
    func missingModel() {
        let error = #expect(throws: EngineError.self) { try SphinxRecognizer(folder: "/nowhere") }
        #expect(error?.code == .unusable)
        #expect(error?.description.contains("apt-get install pocketsphinx-en-us") == true)
    }
}
