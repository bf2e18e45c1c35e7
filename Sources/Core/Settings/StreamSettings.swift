/// Files from Telegram at addresses of this server.
public struct StreamSettings: Sendable, Hashable {
    /// `STENTOR_STREAM_CACHE_MB`: of pages in memory.
    public var cacheMegabytes: Int
    /// `STENTOR_STREAM_DISK_MB`: of pages in the data folder; 0 is none.
    public var diskMegabytes: Int
    /// `STENTOR_LINK_LIFETIME`: seconds that new links hold; `nil`, or 0 in the setting, is for ever.
    public var linkLifetime: Double?
    /// `STENTOR_LINK_CONNECTIONS` and `STENTOR_ADDRESS_CONNECTIONS`: answers sent at once over one link, and to one
    /// address; 0 is no limit.
    public var connectionsPerLink: Int
    public var connectionsPerAddress: Int
    /// `STENTOR_LINK_KBPS` and `STENTOR_ADDRESS_KBPS`: thousands of bytes per second, the same; 0 is no limit.
    public var rateOfLink: Int
    public var rateOfAddress: Int

    init(_ reader: inout SettingsReader) {
        cacheMegabytes = reader.integer("STENTOR_STREAM_CACHE_MB", in: 0...1_000_000) ?? 64
        diskMegabytes = reader.integer("STENTOR_STREAM_DISK_MB", in: 0...100_000_000) ?? 0
        let lifetime = reader.duration("STENTOR_LINK_LIFETIME") ?? 0
        linkLifetime = lifetime > 0 ? lifetime : nil
        connectionsPerLink = reader.integer("STENTOR_LINK_CONNECTIONS", in: 0...1_000_000) ?? 200
        connectionsPerAddress = reader.integer("STENTOR_ADDRESS_CONNECTIONS", in: 0...1_000_000) ?? 100
        rateOfLink = reader.integer("STENTOR_LINK_KBPS", in: 0...100_000_000) ?? 0
        rateOfAddress = reader.integer("STENTOR_ADDRESS_KBPS", in: 0...100_000_000) ?? 0
    }
}
