/// The form in which a recogniser takes audio.
public enum RecognizerInput: Sendable, Hashable, Codable {
    /// Samples of at most 28 s, read from the decoded audio.
    case pcm
    /// Encoded audio, in one request.
    case encoded(EncodedInput)
}

/// What one request to a provider may hold.
public struct EncodedInput: Sendable, Hashable, Codable {
    /// Best first.
    public var formats: [AudioFormat]
    public var maximumBytes: Int64
    /// Seconds of the longest audio it takes.
    public var maximumSeconds: Double
    /// Seconds that a part of a long file should have: long enough to be worth a request, short enough that several
    /// are worked on at once.
    public var preferredSeconds: Double
    /// Shorter audio is refused.
    public var minimumSeconds: Double

    public init(
        formats: [AudioFormat], maximumBytes: Int64, maximumSeconds: Double = .infinity,
        preferredSeconds: Double = 180, minimumSeconds: Double = 0.01
    ) {
        self.formats = formats
        self.maximumBytes = maximumBytes
        // JSON knows no infinity, and these values travel.
        self.maximumSeconds = min(maximumSeconds, 1e9)
        self.preferredSeconds = min(preferredSeconds, self.maximumSeconds)
        self.minimumSeconds = minimumSeconds
    }
}

/// What a provider asks for its work.
public struct Price: Sendable, Hashable, Codable {
    /// US dollars for an hour of audio.
    public var perHour: Double
    /// A shorter request costs as much as one of this length, in seconds.
    public var minimumSeconds: Double

    public init(perHour: Double, minimumSeconds: Double = 0) {
        self.perHour = perHour
        self.minimumSeconds = minimumSeconds
    }

    /// Seconds that a request of `seconds` is billed as.
    public func billed(_ seconds: Double) -> Double { max(seconds, minimumSeconds) }

    /// US dollars for one request.
    public func cost(_ seconds: Double) -> Double { billed(seconds) / 3600 * perHour }
}

extension ChunkPlanner.Limits {
    /// The limits that fit a recogniser's input.
    public init(for input: RecognizerInput) {
        self.init()
        guard case .encoded(let encoded) = input else { return }
        let seconds = max(1, min(encoded.preferredSeconds, encoded.maximumSeconds))
        longest = PCMFormat.sample(at: seconds)
        // Every request costs a round trip and often a minimum price: short silences are sent along.
        widestGap = PCMFormat.sample(at: min(20, seconds / 3))
        earliestCut = PCMFormat.sample(at: seconds * 0.6)
        // Where no silence is, both sides hear the same few seconds, and `Stitcher` finds the seam.
        overlap = PCMFormat.sample(at: min(2, seconds / 10))
        tightGap = PCMFormat.sample(at: 0.4)
    }
}
