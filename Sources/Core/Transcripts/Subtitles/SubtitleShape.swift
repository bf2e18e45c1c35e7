/// How much one subtitle may hold, and for how long it is shown.
public struct SubtitleShape: Sendable, Hashable {
    /// The widest line, in columns; East Asian wide characters and emoji take two.
    public let maxLineLength: Int
    /// Lines at a time.
    public let maxLines: Int
    /// Milliseconds a subtitle stays at least, where the next one leaves room.
    public let minimumDuration: Int
    /// Milliseconds after which a subtitle goes.
    public let maximumDuration: Int
    /// Columns a second a viewer can read; a subtitle stays longer for it where the next one leaves room.
    public let charactersPerSecond: Double

    /// Values outside what makes sense are brought to the nearest that does.
    ///
    /// - Parameters:
    ///   - maxLineLength: 2…500 columns; 42 is what broadcasters use for Latin scripts.
    ///   - maxLines: 1…10.
    ///   - minimumDuration: seconds, 0.1…60.
    ///   - maximumDuration: seconds, from `minimumDuration` to 3,600.
    ///   - charactersPerSecond: 1…1,000; 20 suits adults.
    public init(
        maxLineLength: Int = 42, maxLines: Int = 2, minimumDuration: Double = 0.833, maximumDuration: Double = 7,
        charactersPerSecond: Double = 20
    ) {
        self.maxLineLength = min(max(maxLineLength, 2), 500)
        self.maxLines = min(max(maxLines, 1), 10)
        let shortest = max(100, Timecode.milliseconds(min(minimumDuration, 60)))
        self.minimumDuration = shortest
        self.maximumDuration = max(shortest, Timecode.milliseconds(min(maximumDuration, 3_600)))
        self.charactersPerSecond = charactersPerSecond.isNaN ? 20 : min(max(charactersPerSecond, 1), 1_000)
    }

    /// Milliseconds a viewer needs for a text of this width, within the bounds above.
    func readingTime(width: Int) -> Int {
        let time = Timecode.milliseconds(Double(width) / charactersPerSecond)
        return min(max(time, minimumDuration), maximumDuration)
    }
}
