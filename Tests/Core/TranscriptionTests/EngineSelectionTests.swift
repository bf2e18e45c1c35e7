import Testing

@testable import Transcription

@Suite("Engine selection")
struct EngineSelectionTests {
    private let parakeet = EngineCandidate(
        engine: "sherpa", model: "parakeet", family: .parakeet, languages: ["en", "de"], detectsLanguage: false)
    private let small = EngineCandidate(
        engine: "sherpa", model: "small", family: .whisperSmall, languages: ["en", "de", "id"], detectsLanguage: true)
    private let base = EngineCandidate(
        engine: "sherpa", model: "base", family: .whisperBase, languages: ["en", "de", "id"], detectsLanguage: true)
    private let sense = EngineCandidate(
        engine: "sherpa", model: "sense", family: .senseVoice, languages: ["zh", "ja", "ko", "yue", "en"],
        detectsLanguage: true)
    private let sphinx = EngineCandidate(
        engine: "sphinx", model: "en-us", family: .sphinx, languages: ["en"], detectsLanguage: false)

    private func model(
        _ candidates: [EngineCandidate], _ providers: [String] = ["auto"], model: String? = nil, language: String?
    ) throws -> String {
        try EngineSelection(candidates).choose(providers: providers, model: model, language: language).candidate.model
    }

    @Test("a known language takes the best model that knows it")
    func knownLanguage() throws {
        let all = [sphinx, base, sense, parakeet, small]
        #expect(try model(all, language: "de") == "parakeet")
        #expect(try model(all, language: "id") == "small")
        #expect(try model(all, language: "ja") == "sense")
        #expect(try model([sphinx, base], language: "en") == "base")
    }

    @Test("an unknown language takes the best model that finds it out")
    func unknownLanguage() throws {
        #expect(try model([sphinx, parakeet, base], language: nil) == "base")
    }

    @Test("with nothing else an unknown language falls to Sphinx, with a warning")
    func sphinxWarns() throws {
        let choice = try EngineSelection([sphinx]).choose(providers: ["auto"], model: nil, language: nil)
        #expect(choice.candidate.model == "en-us")
        #expect(choice.warnings.count == 1)
    }

    @Test("Sphinx refuses other languages with a sentence that says what to do")
    func sphinxRefuses() {
        let refusal = #expect(throws: EngineRefusal.self) { try model([sphinx], language: "id") }
        #expect(refusal?.description.contains("stentor models pull") == true)
    }

    @Test("restricted models never come by themselves, only by name")
    func restricted() throws {
        var limited = small
        limited.isRestricted = true
        #expect(try model([limited, sphinx], language: "en") == "en-us")
        #expect(try model([limited, sphinx], model: "small", language: "en") == "small")
    }

    @Test("large-v3-turbo comes by itself only where it was measured to be fast enough")
    func turbo() throws {
        var turbo = EngineCandidate(
            engine: "sherpa", model: "turbo", family: .whisperTurbo, languages: ["en"], detectsLanguage: true)
        #expect(try model([turbo, base], language: "en") == "base")
        turbo.measuredSpeed = 1.9
        #expect(try model([turbo, base], language: "en") == "base")
        turbo.measuredSpeed = 2.0
        #expect(try model([turbo, base], language: "en") == "turbo")
    }

    @Test("a list of engines is an order of preference")
    func preference() throws {
        #expect(try model([sphinx, base], ["sphinx", "sherpa"], language: "en") == "en-us")
        #expect(try model([sphinx, base], ["sphinx", "sherpa"], language: "id") == "base")
        #expect(throws: EngineRefusal.self) { try model([sphinx], ["sherpa"], language: "en") }
    }

    @Test("a model by name must be installed and know the language")
    func named() {
        #expect(throws: EngineRefusal.self) { try model([sphinx], model: "none", language: nil) }
        #expect(throws: EngineRefusal.self) { try model([base], model: "base", language: "xx") }
    }
}
