import Testing
import Transcripts

@testable import Transcription

@Suite("Words and turns")
struct SpeakerJoinTests {
    private func turn(_ speaker: Int, _ start: Double, _ end: Double) -> SpeakerTurn {
        SpeakerTurn(speaker: speaker, range: PCMFormat.sample(at: start)..<PCMFormat.sample(at: end))
    }

    private func speakers(_ turns: [SpeakerTurn], _ words: [(Double, Double)]) -> [Int?] {
        var join = SpeakerJoin(turns)
        return words.map { join.speaker(of: TimeSpan(start: $0.0, end: $0.1)) }
    }

    @Test("a word belongs to whom it shares most with, in silence to the nearest")
    func nearest() {
        let turns = [turn(0, 1, 2), turn(1, 2, 3), turn(0, 6, 7)]
        let words = [(0, 0.5), (1.2, 1.4), (1.7, 2.2), (1.9, 2.5), (3.2, 3.4), (4.9, 5.3), (9, 9.5)]
        #expect(speakers(turns, words) == [0, 0, 0, 1, 1, 0, 0])
    }

    @Test("without turns there is nobody")
    func nobody() { #expect(speakers([], [(0, 1)]) == [nil]) }

    @Test("inside a long turn a short one has its words")
    func inside() {
        let turns = [turn(0, 0, 100), turn(1, 40, 42), turn(2, 101, 102)]
        #expect(speakers(turns, [(1, 2), (40, 42.5), (99, 99.5), (101, 101.2)]) == [0, 0, 0, 2])
    }

    @Test("words of neighbouring chunks may go back a little")
    func back() {
        let turns = [turn(0, 0, 1), turn(1, 1, 2), turn(2, 2, 3)]
        #expect(speakers(turns, [(2.1, 2.4), (0.9, 1.8), (2.2, 2.5)]) == [2, 1, 2])
    }

    @Test("the sweep says the same as trying every turn")
    func exhaustive() {
        var generator = SplitMix(state: 7)
        for _ in 0..<200 {
            var at = 0.0
            let turns = (0..<20).map { _ -> SpeakerTurn in
                at += Double.random(in: 0...2, using: &generator)
                return turn(
                    Int.random(in: 0...3, using: &generator), at, at + Double.random(in: 0.1...4, using: &generator))
            }
            var word = 0.0
            let words = (0..<60).map { _ -> (Double, Double) in
                word += Double.random(in: 0...1, using: &generator)
                return (word, word + Double.random(in: 0.05...0.6, using: &generator))
            }
            for ((start, end), found) in zip(words, speakers(turns, words)) {
                func shared(_ turn: SpeakerTurn) -> Double {
                    min(PCMFormat.seconds(turn.range.upperBound), end)
                        - max(PCMFormat.seconds(turn.range.lowerBound), start)
                }
                let best = turns.map(shared).max() ?? 0
                let good = Set(turns.filter { shared($0) >= best - 1e-9 }.map(\.speaker))
                #expect(good.contains(found ?? -1))
            }
        }
    }
}

/// Reproducible chance (Steele et al. 2014).
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
