import Jobs
import ReviewStoreConformance
import Testing
import Transcripts

@testable import Review

@Suite struct ReviewTests {
    private func segment(_ text: String) -> Segment {
        let words = text.split(separator: " ").enumerated().map { index, word in
            Word(span: TimeSpan(start: Double(index), end: Double(index) + 0.5), text: String(word), confidence: 0.9)
        }
        return Segment(span: TimeSpan(start: 0, end: Double(words.count)), text: text, words: words, speaker: "S0")
    }

    @Test func `Words that stay keep their times, new ones lie between them`() {
        let changed = segment("the cat sat down").saying("the black cat sat up")
        #expect(changed.words.map(\.text) == ["the", "black", "cat", "sat", "up"])
        #expect(changed.words[2].span.start == 1 && !changed.words[2].isEstimated)
        #expect(changed.words[1].isEstimated && changed.words[1].confidence == nil)
        #expect(changed.words[1].span.start >= 0.5 && changed.words[1].span.end <= 1)
        #expect(changed.words[4].span.start >= 2.5 && changed.words[4].span.end == 4)
        let times = changed.words.map(\.span.start)
        #expect(times == times.sorted())
    }

    @Test func `Punctuation and case do not make another word`() {
        let changed = segment("hello world").saying("Hello, World!")
        #expect(changed.words.map(\.span.start) == [0, 1])
        #expect(changed.words.map(\.text) == ["Hello,", "World!"])
    }

    @Test func `An emptied segment has no words, and one without words takes a text`() {
        #expect(segment("a b").saying("").words.isEmpty)
        #expect(Segment(span: TimeSpan(start: 0, end: 1), text: "x").saying("y").text == "y")
    }

    @Test func `Taking back and bringing again go through the same states`() throws {
        var review = Review()
        try review.setText("one", of: 0, was: "machine", machine: "machine", at: 1)
        try review.setText("two", of: 0, was: "one", machine: "machine", at: 2)
        try review.undo(from: 2)
        #expect(review.texts == [0: "one"] && review.canRedo)
        try review.undo(from: 3)
        #expect(review.texts.isEmpty && !review.canUndo)
        #expect(throws: ReviewRefusal.nothing) { try review.undo(from: 4) }
        try review.redo(from: 4)
        #expect(review.texts == [0: "one"])
        #expect(throws: ReviewRefusal.changedMeanwhile) { try review.redo(from: 4) }
        try review.setText("three", of: 0, was: "one", machine: "machine", at: 3)
        #expect(!review.canRedo && review.changes.count == 2)
    }

    @Test func `Too long, too many and the same again`() throws {
        var review = Review()
        let long = String(repeating: "x", count: Review.longestText + 1)
        #expect(throws: ReviewRefusal.tooLong) { try review.setText(long, of: 0, was: "a", machine: "a", at: 1) }
        try review.setText("a", of: 0, was: "a", machine: "a", at: 1)
        #expect(review.version == 0)
        for number in 0..<Review.mostChanges {
            try review.setText("\(number)", of: 1, was: number == 0 ? "m" : "\(number - 1)", machine: "m", at: 1)
        }
        #expect(throws: ReviewRefusal.tooMany) {
            try review.setText("end", of: 1, was: "\(Review.mostChanges - 1)", machine: "m", at: 1)
        }
    }

    @Test func `Two labels with one name are one person everywhere`() throws {
        var transcript = Transcript(duration: 4, engine: "e", model: "m", segments: [segment("a b"), segment("c d")])
        transcript.segments[1].speaker = "S1"
        transcript.speakerTurns = [SpokenTurn(span: TimeSpan(start: 0, end: 4), speaker: "S1", confidence: 1)]
        var review = Review()
        try review.setSpeakers(["S0": "Ana", "S1": "Ana"], at: 1)
        let result = transcript.reviewed(by: review)
        #expect(result.segments.map(\.speaker) == ["Ana", "Ana"] && result.speakerTurns[0].speaker == "Ana")
        #expect(result.formattedText.contains("Ana: a b c d"))
    }

    @Test(arguments: ReviewStoreConformance.all.map(\.name))
    func `the store in memory keeps the promises of the port`(name: String) async throws {
        let check = try #require(ReviewStoreConformance.all.first { $0.name == name }?.check)
        try await check(MemoryReviewStore())
    }
}
