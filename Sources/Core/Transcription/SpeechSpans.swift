/// Rules about stretches of speech, in samples.
public enum SpeechSpans {
    /// No span is longer: what is left of a 28 s chunk after padding on both sides.
    public static let longest = PCMFormat.sample(at: 27.5)

    /// Splits a span that is too long where the sound is quietest in the last third of what fits.
    /// - Parameter energy: the mean square of the samples in a range of the same time line.
    public static func split(
        _ span: Range<Int>, longest: Int = SpeechSpans.longest, energy: (Range<Int>) -> Double
    ) -> [Range<Int>] {
        var pieces: [Range<Int>] = []
        var rest = span
        while rest.count > longest {
            let cut = quietest(in: rest.lowerBound + longest * 2 / 3..<rest.lowerBound + longest, energy: energy)
            pieces.append(rest.lowerBound..<cut)
            rest = cut..<rest.upperBound
        }
        pieces.append(rest)
        return pieces
    }

    /// The middle of the quietest 40 ms of `range`.
    private static func quietest(in range: Range<Int>, energy: (Range<Int>) -> Double) -> Int {
        let window = PCMFormat.sampleRate / 25
        var best = range.upperBound
        var least = Double.infinity
        var start = range.lowerBound
        while start + window <= range.upperBound {
            let value = energy(start..<start + window)
            if value < least {
                least = value
                best = start + window / 2
            }
            start += window / 2
        }
        return best
    }

    /// The mean square of samples, for `split`.
    public static func meanSquare(_ samples: ArraySlice<Int16>) -> Double {
        guard !samples.isEmpty else { return 0 }
        return samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(samples.count)
    }
}
