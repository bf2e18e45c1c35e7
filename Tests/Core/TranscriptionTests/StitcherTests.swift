import Foundation
import Testing
import Transcripts

@testable import Transcription

@Suite("Stitcher")
struct StitcherTests {
    private func words(_ items: [(String, Double)]) -> [Word] {
        items.map { Word(span: TimeSpan(start: $0.1, end: $0.1 + 0.3), text: $0.0) }
    }

    private func joined(_ left: [(String, Double)], _ right: [(String, Double)], _ span: TimeSpan) -> [String] {
        var (one, other) = (words(left), words(right))
        Stitcher.join(&one, &other, overlap: span)
        return (one + other).map(\.text)
    }

    @Test("what both heard is there once")
    func once() {
        let left = [("a", 1.0), ("b", 8.2), ("c", 9.0), ("d", 9.8)]
        let right = [("b", 8.25), ("c", 9.05), ("d", 9.8), ("e", 11.0)]
        #expect(joined(left, right, TimeSpan(start: 8, end: 10)) == ["a", "b", "c", "d", "e"])
    }

    @Test("words cut at either edge are left to the side that heard them whole")
    func cutWords() {
        let left = [("a", 1.0), ("beta", 8.2), ("gamma", 9.0), ("del", 9.9)]
        let right = [("ta", 8.0), ("gamma", 9.05), ("delta", 9.8), ("e", 11.0)]
        #expect(joined(left, right, TimeSpan(start: 8, end: 10)) == ["a", "beta", "gamma", "delta", "e"])
    }

    @Test("a word that is said twice in the overlap stays twice")
    func saidTwice() {
        let left = [("no", 8.4), ("no", 9.0), ("yes", 9.6)]
        let right = [("no", 8.42), ("no", 9.02), ("yes", 9.6), ("so", 10.4)]
        #expect(joined(left, right, TimeSpan(start: 8, end: 10)) == ["no", "no", "yes", "so"])
    }

    @Test("a repetition that one side heard only in part is not shortened")
    func repetition() {
        let left = [("no", 8.5), ("no", 8.9)]
        let right = [("no", 8.92), ("go", 9.5)]
        #expect(joined(left, right, TimeSpan(start: 8, end: 9.4)) == ["no", "no", "go"])
    }

    @Test("spelling and capitals do not make another word")
    func spelling() {
        let left = [("Hello", 8.4), ("world.", 9.0)]
        let right = [("hello,", 8.4), ("World", 9.0), ("Again", 10)]
        #expect(joined(left, right, TimeSpan(start: 8, end: 10)).count == 3)
    }

    @Test("sides that agree on nothing are each believed for their own half")
    func disagreement() {
        let left = [("a", 8.2), ("b", 8.6), ("x", 9.3)]
        let right = [("y", 8.4), ("c", 9.2), ("d", 9.7)]
        #expect(joined(left, right, TimeSpan(start: 8, end: 10)) == ["a", "b", "c", "d"])
    }

    @Test("one side that heard nothing takes nothing away")
    func empty() {
        #expect(joined([("a", 9)], [], TimeSpan(start: 8, end: 10)) == ["a"])
        #expect(joined([], [("a", 9)], TimeSpan(start: 8, end: 10)) == ["a"])
    }

    @Test("times never go back over a seam")
    func order() {
        var left = words([("a", 8.4), ("b", 9.2)])
        var right = words([("b", 9.1), ("c", 9.15)])
        Stitcher.join(&left, &right, overlap: TimeSpan(start: 8, end: 10))
        let starts = (left + right).map(\.span.start)
        #expect(starts == starts.sorted())
    }
}

@Suite("Overlapping chunks")
struct OverlapTests {
    private func planner(seconds: Double = 60) -> ChunkPlanner {
        let input = EncodedInput(formats: [.opus], maximumBytes: 1_000_000, preferredSeconds: seconds)
        return ChunkPlanner(limits: .init(for: .encoded(input)))
    }

    private func sample(_ seconds: Double) -> Int { PCMFormat.sample(at: seconds) }

    /// Spans of five seconds with a gap after each.
    private func spans(_ count: Int, gap: Double) -> [Range<Int>] {
        (0..<count).map { sample(Double($0) * (5 + gap))..<sample(Double($0) * (5 + gap) + 5) }
    }

    @Test("without silences both sides of a cut hear two seconds of the other")
    func tight() throws {
        var planner = planner()
        let end = sample(200)
        let chunks = planner.add(spans(40, gap: 0), settled: end) + planner.finish(end: end)
        try #require(chunks.count > 2)
        for (one, next) in zip(chunks, chunks.dropFirst()) {
            #expect(one.range.upperBound - next.range.lowerBound == 2 * sample(2))
        }
    }

    @Test("at a silence nothing is heard twice")
    func atSilence() {
        var planner = planner()
        let end = sample(240)
        let chunks = planner.add(spans(40, gap: 1), settled: end) + planner.finish(end: end)
        for (one, next) in zip(chunks, chunks.dropFirst()) { #expect(one.range.upperBound <= next.range.lowerBound) }
    }

    @Test("no chunk is longer than what the provider takes", arguments: [0.0, 0.1, 0.39, 0.4, 3, 25])
    func longest(gap: Double) {
        var planner = planner(seconds: 30)
        var chunks: [Chunk] = []
        for span in spans(60, gap: gap) { chunks += planner.add([span], settled: span.upperBound) }
        chunks += planner.finish(end: sample(2_000))
        #expect(chunks.allSatisfy { $0.range.count <= sample(30) && $0.range.lowerBound >= 0 })
        #expect(chunks.flatMap(\.speech).count == 60)
    }

    @Test("engines of this machine get chunks as before: 28 s, never overlapping")
    func local() {
        var planner = ChunkPlanner(limits: .init(for: .pcm))
        let end = sample(200)
        let chunks = planner.add(spans(40, gap: 0), settled: end) + planner.finish(end: end)
        #expect(chunks.allSatisfy { $0.range.count <= sample(28) })
        for (one, next) in zip(chunks, chunks.dropFirst()) { #expect(one.range.upperBound <= next.range.lowerBound) }
    }
}

@Suite("Loudness")
struct LoudnessTests {
    private func tone(_ seconds: Double, level: Double) -> [Int16] {
        (0..<PCMFormat.sample(at: seconds)).map { Int16(level * ($0 % 16 < 8 ? 1 : -1)) }
    }

    @Test("sound between silences is found to the frame")
    func found() {
        let samples = tone(1, level: 5) + tone(1, level: 3_000) + tone(1, level: 5)
        #expect(Loudness.spans(samples) == [16_000..<32_000])
    }

    @Test("quiet speech over noise is kept, and noise alone is not speech")
    func quiet() {
        let samples = tone(2, level: 60) + tone(1, level: 250) + tone(2, level: 60)
        #expect(Loudness.spans(samples) == [32_000..<48_000])
    }

    @Test("sound without a pause is all sound, in spans that may be")
    func endless() {
        let spans = Loudness.spans(tone(60, level: 2_000))
        #expect(spans.first?.lowerBound == 0 && spans.last?.upperBound == 960_000)
        #expect(spans.allSatisfy { $0.count <= SpeechSpans.longest })
    }

    @Test("nothing is nothing")
    func nothing() {
        #expect(Loudness.spans([]).isEmpty)
        #expect(Loudness.spans(tone(1, level: 0)).isEmpty)
    }
}

@Suite("Values that travel")
struct CodingTests {
    @Test("options of an older writer have today's defaults")
    func olderOptions() throws {
        let json = Data(#"{"language":"en","isSecondLook":false}"#.utf8)
        #expect(try JSONDecoder().decode(RecognitionOptions.self, from: json) == RecognitionOptions(language: "en"))
    }

    @Test("capabilities come back as they went, limits without end included")
    func capabilities() throws {
        let input = EncodedInput(formats: [.opus, .flac], maximumBytes: 25_000_000)
        let capabilities = RecognizerCapabilities(
            engine: "groq", model: "m", input: .encoded(input), promptTokens: 224,
            price: Price(perHour: 0.1, minimumSeconds: 10))
        let data = try JSONEncoder().encode(capabilities)
        #expect(try JSONDecoder().decode(RecognizerCapabilities.self, from: data) == capabilities)
    }
}
