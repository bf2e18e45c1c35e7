/// What is wrong with a time line that should account for every second.
public struct TimelineFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kinds of fault, each with the stretch (counted from 0) where it is.
    public enum Kind: Hashable, Sendable {
        case startsLate
        case gap(before: Int)
        case overlap(at: Int)
        case notATime(at: Int)
        case emptyStretch(at: Int)
        case skippedWithoutReason(at: Int)
        case endsEarly
        case endsLate
    }

    public let kind: Kind
    /// Seconds from the start of the media.
    public let time: Double

    public var description: String {
        let place = "at \(Timecode.decimalSeconds(Timecode.milliseconds(time))) s"
        return switch kind {
        case .startsLate: "the time line does not start at 0 but \(place)"
        case .gap(let index): "nothing accounts for the time before stretch \(index), \(place)"
        case .overlap(let index): "stretch \(index) starts before the one ahead of it ends, \(place)"
        case .notATime(let index): "stretch \(index) has a time that is not a finite number"
        case .emptyStretch(let index): "stretch \(index) has no length, \(place)"
        case .skippedWithoutReason(let index): "stretch \(index) is skipped and does not say why, \(place)"
        case .endsEarly: "the time line ends before the audio, \(place)"
        case .endsLate: "the time line ends after the audio, \(place)"
        }
    }
}

/// Checks that a time line is in order, has no gap and no overlap, and covers the audio from 0 to its end.
public enum TimelineCheck {
    /// The first fault, or `nil`. Times closer than `tolerance` seconds (half a millisecond) count as equal, since
    /// every output rounds to milliseconds.
    public static func firstFault(
        in timeline: [Stretch], duration: Double, tolerance: Double = 0.000_5
    ) -> TimelineFault? {
        var reached = 0.0
        for (index, stretch) in timeline.enumerated() {
            let (start, end) = (stretch.span.start, stretch.span.end)
            guard start.isFinite, end.isFinite else { return TimelineFault(kind: .notATime(at: index), time: 0) }
            if start > reached + tolerance {
                return TimelineFault(kind: index == 0 ? .startsLate : .gap(before: index), time: start)
            }
            if start < reached - tolerance { return TimelineFault(kind: .overlap(at: index), time: start) }
            if end <= start { return TimelineFault(kind: .emptyStretch(at: index), time: start) }
            if stretch.kind == .skipped, stretch.reason?.isEmpty != false {
                return TimelineFault(kind: .skippedWithoutReason(at: index), time: start)
            }
            reached = end
        }
        if reached < duration - tolerance { return TimelineFault(kind: .endsEarly, time: reached) }
        if reached > duration + tolerance { return TimelineFault(kind: .endsLate, time: reached) }
        return nil
    }
}

extension Transcript {
    /// The first place where the time line does not account for the audio, or `nil`.
    public var timelineFault: TimelineFault? { TimelineCheck.firstFault(in: timeline, duration: duration) }
}
