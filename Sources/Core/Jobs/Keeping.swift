/// How much longer than the server's policy a success is kept, because somebody works on with it.
public struct Keeping: Sendable, Hashable, Codable {
    /// Stays until somebody deletes it: more seconds than anybody waits, and still a number a database can add.
    public static let untilDeleted = 1e11

    /// Seconds after its end that the media stays.
    public var media: Double
    /// The same for the text with its job.
    public var text: Double

    public init(media: Double = 0, text: Double = 0) {
        self.media = media
        self.text = text
    }

    /// The longer of each: several jobs may share an execution.
    public func joined(with other: Keeping) -> Keeping {
        Keeping(media: max(media, other.media), text: max(text, other.text))
    }
}
