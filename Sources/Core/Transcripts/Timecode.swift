/// Times as the formats write them. Every format rounds here, so a cue and the segment it came from never disagree.
enum Timecode {
    /// The last time that can be written, in milliseconds: 9,999 hours and the rest of that hour.
    static let latest = 9_999 * 3_600_000 + 3_599_999

    /// Seconds as whole milliseconds, rounded to the nearest; not-a-number and times before the start become zero.
    static func milliseconds(_ seconds: Double) -> Int {
        guard seconds > 0 else { return 0 }
        return Int(min((seconds * 1_000).rounded(), Double(latest)))
    }

    /// `HH:MM:SS,mmm`, with more digits for the hours when they need them.
    static func subRip(_ milliseconds: Int) -> String {
        "\(padded(milliseconds / 3_600_000, 2)):\(minutesAndSeconds(milliseconds)),\(padded(milliseconds % 1_000, 3))"
    }

    /// `MM:SS.mmm`; hours are written from the first hour on (WebVTT section 4.1, "WebVTT timestamp").
    static func webVTT(_ milliseconds: Int) -> String {
        let hours = milliseconds / 3_600_000
        let rest = "\(minutesAndSeconds(milliseconds)).\(padded(milliseconds % 1_000, 3))"
        return hours > 0 ? "\(padded(hours, 2)):\(rest)" : rest
    }

    /// `MM:SS`, from one hour on `H:MM:SS`: the second that has begun, as a player shows it.
    static func clock(_ seconds: Double) -> String {
        let milliseconds = milliseconds(seconds)
        let hours = milliseconds / 3_600_000
        return hours > 0 ? "\(hours):\(minutesAndSeconds(milliseconds))" : minutesAndSeconds(milliseconds)
    }

    /// Seconds with at most three decimals and no trailing zeros: `12`, `12.5`, `12.345`.
    static func decimalSeconds(_ milliseconds: Int) -> String {
        let whole = milliseconds / 1_000
        var fraction = Substring(padded(milliseconds % 1_000, 3))
        while fraction.last == "0" { fraction.removeLast() }
        return fraction.isEmpty ? "\(whole)" : "\(whole).\(fraction)"
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    private static func minutesAndSeconds(_ milliseconds: Int) -> String {
        "\(padded(milliseconds / 60_000 % 60, 2)):\(padded(milliseconds / 1_000 % 60, 2))"
    }
}
