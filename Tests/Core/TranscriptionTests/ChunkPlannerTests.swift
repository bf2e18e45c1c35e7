import Testing
import Transcription

@Suite("Chunk planner")
struct ChunkPlannerTests {
    private func samples(_ seconds: Double) -> Int { PCMFormat.sample(at: seconds) }

    private func span(_ start: Double, _ end: Double) -> Range<Int> { samples(start)..<samples(end) }

    @Test("a single span is padded on both sides")
    func padding() {
        var planner = ChunkPlanner()
        #expect(planner.add([span(2, 3)], settled: samples(4)).isEmpty)
        let chunks = planner.finish(end: samples(4))
        #expect(chunks.map(\.range) == [span(1.75, 3.25)])
        #expect(chunks.map(\.speech) == [[span(2, 3)]])
    }

    @Test("padding stays inside the audio")
    func paddingAtTheEdges() {
        var planner = ChunkPlanner()
        _ = planner.add([span(0.1, 3.9)], settled: samples(4))
        #expect(planner.finish(end: samples(4)).map(\.range) == [span(0, 3.95)])
    }

    @Test("no chunk is longer than 28 seconds, whatever the detector says")
    func longestChunk() {
        var planner = ChunkPlanner()
        var chunks = planner.add([span(0, 100), span(100.5, 120)], settled: samples(121))
        chunks += planner.finish(end: samples(121))
        #expect(chunks.allSatisfy { $0.range.count <= samples(28) })
        let covered = chunks.flatMap(\.speech).reduce(0) { $0 + $1.count }
        #expect(covered == samples(119.5))
    }

    @Test("chunks never overlap and keep the order of time")
    func order() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            var planner = ChunkPlanner()
            var position = 0
            var chunks: [Chunk] = []
            for _ in 0..<200 {
                let start = position + Int.random(in: 1...samples(3), using: &generator)
                let end = start + Int.random(in: 1...samples(27.5), using: &generator)
                position = end
                chunks += planner.add([start..<end], settled: end)
            }
            chunks += planner.finish(end: position)
            #expect(chunks.map(\.number) == Array(0..<chunks.count))
            for (earlier, later) in zip(chunks, chunks.dropFirst()) {
                #expect(earlier.range.upperBound <= later.range.lowerBound)
            }
            #expect(chunks.allSatisfy { $0.range.count <= samples(28) })
            #expect(
                chunks.allSatisfy { chunk in
                    chunk.speech.allSatisfy {
                        chunk.range.lowerBound <= $0.lowerBound && $0.upperBound <= chunk.range.upperBound
                    }
                })
        }
    }

    @Test("a chunk that is too long is cut at its widest late silence")
    func cutAtSilence() {
        var planner = ChunkPlanner()
        let spans = [span(0, 8), span(8.5, 14), span(15.5, 20), span(20.3, 27), span(27.3, 32)]
        let chunks = planner.add(spans, settled: samples(32))
        #expect(chunks.count == 1)
        #expect(chunks.first?.speech.last == span(8.5, 14))
    }

    @Test("speech after a long silence starts a chunk of its own")
    func longSilence() {
        var planner = ChunkPlanner()
        let chunks = planner.add([span(0, 2), span(10, 12)], settled: samples(12))
        #expect(chunks.map(\.speech) == [[span(0, 2)]])
    }

    @Test("a chunk is given out once nothing can join it")
    func settled() {
        var planner = ChunkPlanner()
        #expect(planner.add([span(0, 2)], settled: samples(6.9)).isEmpty)
        #expect(planner.add([], settled: samples(7.1)).count == 1)
    }

    @Test("speech without a silence is cut where it is quietest")
    func quietest() {
        let quiet = span(20, 20.05)
        let pieces = SpeechSpans.split(span(0, 40)) { 1 - Double(quiet.clamped(to: $0).count) / Double($0.count) }
        #expect(pieces.count == 2)
        #expect(quiet.contains(pieces[0].upperBound))
        #expect(pieces[0].upperBound == pieces[1].lowerBound)
    }
}
