/// When an announcement that was sent in vain is sent again, and when it is given up.
public struct CallbackSchedule: Sendable, Hashable {
    /// The example of the Standard Webhooks specification: three days, ever more rarely.
    public static let standard = CallbackSchedule(
        waits: [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400])

    /// The share of each wait that chance may add, so that those who failed together do not come back together.
    static let jitter = 0.2
    /// What a receiver may ask for at most; a wish beyond it is cut.
    static let longestWish = 86_400.0

    /// Seconds before the second try, the third and so on.
    public var waits: [Double]

    public init(waits: [Double]) { self.waits = waits }

    /// Seconds until the next try; nil when there is none.
    /// - Parameters:
    ///   - tries: those that failed, this one included.
    ///   - wish: what the receiver asked for.
    ///   - chance: 0…1.
    func wait(after tries: Int, wish: Double?, chance: Double) -> Double? {
        guard tries >= 1, tries <= waits.count else { return nil }
        let wait = waits[tries - 1] * (1 + Self.jitter * chance)
        return max(wait, min(wish ?? 0, Self.longestWish))
    }
}
