/// A key of the interface as it is kept: its digest, never the key.
public struct APIKey: Sendable, Hashable, Codable {
    /// What a key lets its holder do.
    public enum Scope: String, Sendable, Hashable, Codable, CaseIterable {
        case transcribe
        /// Looks after the server besides: everybody's jobs, the cache, the keys.
        case admin
    }

    /// The first 12 hexadecimal digits of the digest: names the key and tells nothing of it.
    public var id: String
    public var name: String
    /// SHA-256 of the key. Keys are 130 random bits, so that a slow hash would add nothing.
    public var digest: [UInt8]
    public var scopes: Set<Scope>
    /// Seconds since 1970.
    public var createdAt: Double
    public var expiresAt: Double?
    /// Requests in a minute; `nil` is the server's own limit.
    public var perMinute: Int?

    public init(
        id: String, name: String, digest: [UInt8], scopes: Set<Scope>, createdAt: Double, expiresAt: Double? = nil,
        perMinute: Int? = nil
    ) {
        self.id = id
        self.name = name
        self.digest = digest
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.perMinute = perMinute
    }
}

/// The port to keys that the server keeps. Changes are durable when they return.
public protocol APIKeyStore: Sendable {
    func add(_ key: APIKey) async throws(AccountStoreError)
    /// Returns `false` when there is none of this name.
    func remove(_ id: String) async throws(AccountStoreError) -> Bool
    /// Oldest first.
    func keys() async throws(AccountStoreError) -> [APIKey]
}

/// Keys in memory: for tests, and as the plainest form of the port's rules.
public actor MemoryAPIKeyStore: APIKeyStore {
    private var kept: [APIKey] = []

    public init() {}

    public func add(_ key: APIKey) { kept.append(key) }

    public func remove(_ id: String) -> Bool {
        guard let index = kept.firstIndex(where: { $0.id == id }) else { return false }
        kept.remove(at: index)
        return true
    }

    public func keys() -> [APIKey] { kept }
}
