import Jobs
import Transcription

/// Media that this process holds while it arrives, or for requests that are promised nothing beyond their connection.
actor PassingMedia {
    struct Entry: Sendable {
        let source: any MediaSource
        let decoder: (any AudioDecoder)?
    }

    private var entries: [String: Entry] = [:]
    private var settled: Set<String> = []
    private var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]

    func add(_ name: String, _ source: any MediaSource, decoder: (any AudioDecoder)?) {
        entries[name] = Entry(source: source, decoder: decoder)
    }

    func entry(_ name: String) -> Entry? { entries[name] }

    /// What is decoded already of media that became durable: whoever asks first gets it.
    func take(_ name: String) -> Entry? { entries.removeValue(forKey: name) }

    func rename(_ old: String, to new: String) {
        entries[new] = entries.removeValue(forKey: old)
        settle(old)
    }

    /// Its hash is known, and its execution has its key.
    func settle(_ name: String) {
        settled.insert(name)
        for continuation in waiting.removeValue(forKey: name) ?? [] { continuation.resume() }
    }

    /// An execution must not end before it has its key: nobody would find its result.
    func waitUntilSettled(_ name: String) async {
        if entries[name] == nil || settled.contains(name) { return }
        await withCheckedContinuation { waiting[name, default: []].append($0) }
    }

    func remove(_ name: String) {
        entries[name] = nil
        settled.remove(name)
        for continuation in waiting.removeValue(forKey: name) ?? [] { continuation.resume() }
    }

    var count: Int { entries.count }
}
