// How long it takes to give the words of a long transcript their speakers: hours as the first argument (10). Processor
// time, the best of five. Used by Benchmarks/speakers; no part of what is shipped.

import Glibc
import Transcription
import Transcripts

@main
enum JoinProbe {
    static func main() {
        let hours = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 10
        // Three words a second, a turn every four seconds, and every tenth spoken into by somebody else.
        let end = Double(hours * 3600)
        var turns: [SpeakerTurn] = []
        for number in 0..<hours * 900 {
            let start = PCMFormat.sample(at: Double(number) * 4)
            turns.append(SpeakerTurn(speaker: number * 7 % 6, range: start..<start + PCMFormat.sample(at: 3.7)))
            if number % 10 == 0 {
                let other = start + PCMFormat.sample(at: 1)
                turns.append(SpeakerTurn(speaker: (number * 7 + 1) % 6, range: other..<other + 16_000))
            }
        }
        let words = (0..<hours * 10_800).map { number in
            TimeSpan(start: Double(number) / 3, end: min(Double(number) / 3 + 0.3, end))
        }
        var best = Double.infinity
        var sum = 0
        for _ in 0..<5 {
            let start = clock()
            var join = SpeakerJoin(turns)
            sum = words.reduce(0) { $0 + (join.speaker(of: $1) ?? 0) }
            best = min(best, Double(clock() - start) / Double(CLOCKS_PER_SEC))
        }
        print("\(hours) h: \(words.count) words, \(turns.count) turns: \(best) s (\(sum))")
    }
}
