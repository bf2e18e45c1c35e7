import Testing
import Transcripts

@testable import Transcription

@Suite("Plausibility")
struct PlausibilityTests {
    private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

    @Test("a phrase said five times in a row is a loop", arguments: 1...8)
    func loop(length: Int) {
        let phrase = (0..<length).map { "word\($0)" }
        let repeats = length == 1 ? 8 : 5
        #expect(Plausibility.isLoop((0..<repeats).flatMap { _ in phrase }))
        #expect(!Plausibility.isLoop((0..<repeats - 1).flatMap { _ in phrase }))
    }

    @Test("rhetoric is no loop")
    func rhetoric() {
        let dickens = "it was the best of times it was the worst of times it was the age of wisdom it was the age of "
        #expect(!Plausibility.isLoop(words(dickens + "foolishness it was the epoch of belief it was the epoch")))
        #expect(!Plausibility.isLoop(words("no no no no I said no")))
    }

    @Test("a short loop inside a long text is not enough")
    func smallPart() {
        let text = (0..<60).map { "different\($0)" } + Array(repeating: "la", count: 10)
        #expect(!Plausibility.isLoop(text))
    }

    @Test("more words than anyone speaks are flagged, counted over the speech alone")
    func rate() {
        let many = (0..<40).map { "word\($0)" }
        #expect(Plausibility.flags(many, speech: 4) == [.impossibleRate])
        #expect(Plausibility.flags(many, speech: 10).isEmpty)
    }

    @Test("scripts without spaces are judged by characters")
    func unspaced() {
        let text = "今日はとても良い天気ですね".map(String.init)
        #expect(Plausibility.flags(text, speech: 3).isEmpty)
        #expect(Plausibility.isTooFast(text + text, speech: 1))
    }

    @Test("a very short chunk says nothing about rates")
    func shortSpeech() {
        #expect(Plausibility.flags(["yes", "of", "course"], speech: 0.2).isEmpty)
    }
}
