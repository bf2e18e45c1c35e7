/// The cache of transcripts.
public struct CacheSettings: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case memory, disk, redis
    }

    /// `CACHE_ENABLED` (`ENABLE_CACHE`).
    public var isEnabled: Bool
    /// `CACHE_TYPE`; `ENABLE_DISK_CACHE=true` means `disk`. Where the queue is shared, the cache is too, unless set.
    public var kind: Kind
    private var isChosen: Bool
    /// `CACHE_MAX_SIZE` (`CACHE_SIZE`): entries.
    public var entries: Int
    /// `CACHE_MAX_MB`.
    public var megabytes: Int
    /// `CACHE_TTL` (`CACHE_TTL_SECONDS`).
    public var seconds: Double

    init(_ reader: inout SettingsReader) {
        isEnabled = reader.flag("CACHE_ENABLED", or: "ENABLE_CACHE") ?? true
        let onDisk = reader.flag("ENABLE_DISK_CACHE")
        let named = reader.choice("CACHE_TYPE", Kind.self)
        if onDisk == true, named == .memory {
            reader.complain("CACHE_TYPE is memory and ENABLE_DISK_CACHE is true; set one of them")
        }
        kind = named ?? (onDisk == true ? .disk : .memory)
        isChosen = named != nil || onDisk == true
        entries = reader.integer("CACHE_MAX_SIZE", or: "CACHE_SIZE", in: 0...10_000_000) ?? 100
        megabytes = reader.integer("CACHE_MAX_MB", in: 1...10_000_000) ?? 500
        seconds = Double(reader.integer("CACHE_TTL", or: "CACHE_TTL_SECONDS", in: 1...3_153_600_000) ?? 604_800)
    }

    /// What is decided once it is known whether there are other nodes.
    mutating func settle(_ nodes: NodeSettings, _ reader: inout SettingsReader) {
        if nodes.isShared, !isChosen { kind = .redis }
        if kind == .redis, nodes.redis == nil, !nodes.isShared { reader.complain("CACHE_TYPE=redis needs REDIS_URL") }
    }
}
