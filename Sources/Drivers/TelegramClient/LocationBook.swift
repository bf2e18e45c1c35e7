import MTProto

/// Where files were found, for each bot: references renewed, data centres corrected. Forgotten when not used for half an
/// hour.
actor LocationBook {
    struct Key: Hashable {
        var bot: Int64
        var file: String
    }

    private struct Entry {
        var location: FileLocation
        var usedAt: Double
    }

    private static let lifetime = 1800.0
    private static let most = 10_000

    private var entries: [Key: Entry] = [:]
    private var renewing: [Key: Task<FileLocation, any Error>] = [:]
    private var refusals: [Int64: Set<Int64>] = [:]
    private var lastSweep = 0.0

    func location(_ key: Key) -> FileLocation? {
        sweep()
        entries[key]?.usedAt = Connection.now()
        return entries[key]?.location
    }

    func set(_ location: FileLocation, for key: Key) {
        entries[key] = Entry(location: location, usedAt: Connection.now())
    }

    /// Looks a location up anew; everybody who wants the same one waits for one search.
    func renew(
        _ key: Key, _ search: @escaping @Sendable () async throws -> FileLocation
    ) async throws -> FileLocation {
        if let running = renewing[key] { return try await running.value }
        // Awaited here and above.
        let task = Task { try await search() }
        renewing[key] = task
        defer { renewing[key] = nil }
        let found = try await task.value
        set(found, for: key)
        return found
    }

    /// A helper that is no member of a chat is not asked again until everything is forgotten.
    func refuse(_ chat: Int64, _ bot: Int64) { refusals[chat, default: []].insert(bot) }
    func isRefused(_ chat: Int64, _ bot: Int64) -> Bool { refusals[chat]?.contains(bot) ?? false }

    private func sweep() {
        let now = Connection.now()
        guard now - lastSweep > 60 || entries.count > Self.most else { return }
        lastSweep = now
        entries = entries.filter { now - $0.value.usedAt < Self.lifetime }
        if entries.count > Self.most { entries = [:] }
        if refusals.count > 1000 { refusals = [:] }
    }
}
