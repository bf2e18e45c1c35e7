public import Transcripts

/// The port to finished transcripts, found by what they were made of; the key never holds an output format.
public protocol TranscriptCache: Sendable {
    /// A damaged entry counts as absent.
    func transcript(for key: String) async -> Transcript?
    /// The same for a second look, which counts neither as a hit nor as a miss.
    func peek(_ key: String) async -> Transcript?
    func store(_ transcript: Transcript, for key: String) async
    /// Removes one entry.
    func remove(_ key: String) async
    func clear() async
    func statistics() async -> CacheStatistics
}

public struct CacheStatistics: Sendable, Hashable {
    public var entries = 0
    public var bytes = 0
    public var maximumEntries = 0
    public var maximumBytes = 0
    public var hits = 0
    public var misses = 0
    public var evictions = 0
    /// The most recently used first, bounded.
    public var keys: [String] = []

    public init() {}

    /// 0…1; 0 before the first question.
    public var hitRate: Double { hits + misses > 0 ? Double(hits) / Double(hits + misses) : 0 }
}

/// For `CACHE_ENABLED=false`.
public struct NoTranscriptCache: TranscriptCache {
    public init() {}
    public func transcript(for key: String) async -> Transcript? { nil }
    public func peek(_ key: String) async -> Transcript? { nil }
    public func store(_ transcript: Transcript, for key: String) async {}
    public func remove(_ key: String) async {}
    public func clear() async {}
    public func statistics() async -> CacheStatistics { CacheStatistics() }
}
