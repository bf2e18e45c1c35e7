/// Which queue an execution waits in: what is quickly done never waits behind what is not.
public enum Lane: Int, Sendable, Hashable, Codable, CaseIterable, Comparable {
    case short = 0
    case bulk = 1

    /// Seconds of audio up to which an execution is short.
    public static let longestShort = 60.0

    /// An unknown length starts short and moves once more than a minute is decoded.
    public init(audioSeconds: Double?) {
        self = (audioSeconds ?? 0) > Self.longestShort ? .bulk : .short
    }

    public static func < (left: Lane, right: Lane) -> Bool { left.rawValue < right.rawValue }
}
