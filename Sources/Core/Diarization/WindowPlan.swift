import Transcription

/// Which windows are listened to for voices.
public struct WindowPlan: Sendable, Hashable {
    public struct Window: Sendable, Hashable {
        /// The first sample; may lie before the audio or reach beyond it, where a stretch is shorter than a window.
        public var start: Int
        /// The stretch of speech it stands in.
        public var stretch: Int

        public var center: Int { start + VoiceWindow.length / 2 }
    }

    /// More are not listened to: long recordings get longer steps, so that memory and time stay bounded.
    static let mostWindows = 40_000

    public let speech: [Range<Int>]
    public let windows: [Window]

    /// Stretches no longer than a window get one around their middle; longer ones are covered from their beginning to
    /// their end in equal steps.
    public init(_ speech: [Range<Int>]) {
        self.speech = speech
        let total = speech.reduce(0) { $0 + $1.count }
        let step = max(VoiceWindow.step, total / Self.mostWindows)
        windows = speech.enumerated().flatMap { number, stretch -> [Window] in
            let room = stretch.count - VoiceWindow.length
            guard room > 0 else {
                return [Window(start: stretch.lowerBound + room / 2, stretch: number)]
            }
            let steps = (room + step - 1) / step
            return (0...steps).map { Window(start: stretch.lowerBound + room * $0 / steps, stretch: number) }
        }
    }

    /// The windows in groups that one request may hold.
    public var requests: [Range<Int>] {
        var groups: [Range<Int>] = []
        var first = 0
        for index in windows.indices {
            let isFull =
                index - first >= VoiceWindow.mostAtOnce
                || windows[index].start - windows[first].start > VoiceWindow.longestStretch
            guard isFull else { continue }
            groups.append(first..<index)
            first = index
        }
        if first < windows.count { groups.append(first..<windows.count) }
        return groups
    }
}
