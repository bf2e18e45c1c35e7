/// Finds where it is not silent, by loudness alone: for machines without a speech detector that send audio to a
/// provider. It errs towards sending too much, because a word that is not sent is lost.
public enum Loudness {
    /// Samples whose level is taken together: 20 ms.
    private static let frame = PCMFormat.sampleRate / 50
    /// Silences shorter than this belong to the speech around them.
    private static let shortestSilence = PCMFormat.sample(at: 0.3)
    /// No microphone's silence is quieter than the first, no speech that is meant to be heard quieter than the second.
    private static let quietest = 33.0
    private static let loudestSilence = 330.0

    /// Spans of sound in samples from the start of `samples`, by the rules of `SpeechDetector`.
    public static func spans(_ samples: [Int16]) -> [Range<Int>] {
        let starts = Array(stride(from: 0, to: samples.count, by: frame))
        let levels = starts.map { start in
            SpeechSpans.meanSquare(samples[start..<min(start + frame, samples.count)]).squareRoot()
        }
        guard !levels.isEmpty else { return [] }
        // Noise goes on below the speech: the quietest tenth is mostly noise.
        let floor = levels.sorted()[levels.count / 10]
        let threshold = min(max(floor * 2.5, quietest), loudestSilence)
        var spans: [Range<Int>] = []
        for (start, level) in zip(starts, levels) where level > threshold {
            let end = min(start + frame, samples.count)
            if let last = spans.last, start - last.upperBound < shortestSilence {
                spans[spans.count - 1] = last.lowerBound..<end
            } else {
                spans.append(start..<end)
            }
        }
        return spans.flatMap { span in
            SpeechSpans.split(span) { SpeechSpans.meanSquare(samples[$0]) }
        }
    }
}
