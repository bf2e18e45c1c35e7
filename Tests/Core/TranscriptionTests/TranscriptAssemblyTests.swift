import Testing
import Transcripts

@testable import Transcription

@Suite("Transcript assembly")
struct TranscriptAssemblyTests {
    private let capabilities = RecognizerCapabilities(engine: "test", model: "none")

    private func samples(_ seconds: Double) -> Int { PCMFormat.sample(at: seconds) }

    private func chunk(_ number: Int, _ start: Double, _ end: Double, speech: [(Double, Double)]) -> Chunk {
        Chunk(
            number: number, range: samples(start)..<samples(end),
            speech: speech.map { samples($0.0)..<samples($0.1) })
    }

    private func assemble(
        _ seconds: Double, offset: Double = 0, _ outcomes: [(chunk: Chunk, outcome: ChunkOutcome)]
    ) -> Transcript {
        TranscriptAssembly.transcript(
            samples: samples(seconds), offset: offset, outcomes: outcomes, capabilities: capabilities, language: nil,
            warnings: [])
    }

    @Test("every second is accounted for: speech, silence, or skipped and why")
    func timeline() {
        let transcript = assemble(
            20,
            [
                (chunk(0, 0.75, 3.25, speech: [(1, 3)]), .recognised(Recognition(text: "hello there"), flags: [])),
                (chunk(1, 5, 8, speech: [(5, 8)]), .failed(reason: "the engine failed")),
                (chunk(2, 10, 12, speech: [(10, 12)]), .recognised(Recognition(text: ""), flags: [])),
            ])
        #expect(transcript.timelineFault == nil)
        #expect(
            transcript.timeline.map(\.kind) == [
                .silence, .speech, .silence, .skipped, .silence, .skipped, .silence,
            ])
        #expect(transcript.timeline.compactMap(\.reason) == ["the engine failed", "no words were recognised"])
    }

    @Test("a transcript of a part keeps the media's own times")
    func offset() {
        let words = [Recognition.Word(text: "late", start: 0.5, end: 1)]
        let transcript = assemble(
            5, offset: 100,
            [(chunk(0, 1, 3, speech: [(1, 3)]), .recognised(Recognition(text: "late", words: words), flags: []))])
        #expect(transcript.segments.first?.span == TimeSpan(start: 101.5, end: 102))
        #expect(
            transcript.timeline.first
                == Stretch(
                    span: TimeSpan(start: 0, end: 100), kind: .skipped, reason: "not asked for"))
        #expect(transcript.timelineFault == nil)
        #expect(transcript.duration == 105)
    }

    @Test("words without times are spread over the speech, not over the silence between")
    func estimatedTimes() {
        let pieces = chunk(0, 0, 10, speech: [(0, 2), (8, 10)])
        let transcript = assemble(10, [(pieces, .recognised(Recognition(text: "aaa bbb ccc ddd"), flags: []))])
        let words = transcript.segments.flatMap(\.words)
        #expect(words.map(\.text) == ["aaa", "bbb", "ccc", "ddd"])
        #expect(words.allSatisfy { $0.isEstimated })
        #expect(words[1].span.end <= 2.001 && words[2].span.start >= 2)
        #expect(words[3].span.end == 10)
    }

    @Test("times from an engine that make no sense are kept inside the chunk and in order")
    func hostileTimes() {
        let words = [
            Recognition.Word(text: "one", start: -5, end: .nan, confidence: 7),
            Recognition.Word(text: "two", start: .infinity, end: 900),
            Recognition.Word(text: "three", start: 1.5, end: 0.05),
            Recognition.Word(text: "four", start: 0.1, end: 0.2),
        ]
        let transcript = assemble(
            4, [(chunk(0, 1, 3, speech: [(1, 3)]), .recognised(Recognition(text: "x", words: words), flags: []))])
        let placed = transcript.segments.flatMap(\.words)
        #expect(placed.count == 4)
        #expect(placed.allSatisfy { $0.span.start >= 1 && $0.span.end <= 3 && $0.span.start <= $0.span.end })
        #expect(zip(placed, placed.dropFirst()).allSatisfy { $0.span.start <= $1.span.start })
        #expect(placed[0].confidence == 1)
    }

    @Test("the language of most of the speech is the transcript's")
    func language() {
        let transcript = assemble(
            40,
            [
                (chunk(0, 0, 5, speech: [(0, 5)]), .recognised(Recognition(text: "a", language: "de"), flags: [])),
                (chunk(1, 6, 30, speech: [(6, 30)]), .recognised(Recognition(text: "b", language: "en"), flags: [])),
            ])
        #expect(transcript.language == "en")
    }
}

@Suite("Segments")
struct SegmentBuilderTests {
    private func words(_ list: [(String, Double, Double)]) -> [Word] {
        list.map { Word(span: TimeSpan(start: $0.1, end: $0.2), text: $0.0) }
    }

    @Test("sentences and pauses end segments")
    func breaks() {
        let segments = SegmentBuilder.segments(
            words([("So", 0, 0.5), ("it", 0.5, 0.8), ("goes.", 0.8, 1.4), ("And", 1.5, 1.8), ("on", 2.6, 3)]), flags: []
        )
        #expect(segments.map(\.text) == ["So it goes.", "And", "on"])
    }

    @Test("a speaker who never pauses still gets segments one can read")
    func longest() {
        let list = (0..<200).map { ("w\($0)", Double($0) * 0.4, Double($0) * 0.4 + 0.4) }
        let segments = SegmentBuilder.segments(words(list), flags: [])
        #expect(segments.allSatisfy { $0.span.duration <= SegmentBuilder.longest })
        #expect(segments.flatMap(\.words).count == 200)
    }

    @Test("scripts without spaces are joined without spaces, and mixed text keeps them")
    func joining() {
        #expect(Script.join(["今", "日", "は"]) == "今日は")
        #expect(Script.join(["Swift", "と", "C"]) == "Swift と C")
        #expect(Script.join(["", "one", "", "two"]) == "one two")
    }
}
