public import Jobs
import Synchronization

/// The keys that the server keeps, as every request asks for them.
public final class KeyRegistry: Sendable {
    /// What a new key is to be.
    public struct Wish: Sendable {
        public var name: String
        public var scopes: Set<APIKey.Scope>
        /// Days that it holds.
        public var days: Double?
        public var perMinute: Int?

        public init(name: String, scopes: Set<APIKey.Scope>, days: Double? = nil, perMinute: Int? = nil) {
            self.name = name
            self.scopes = scopes
            self.days = days
            self.perMinute = perMinute
        }
    }

    private struct State {
        var keys: [APIKey]
        var usedAt: [String: Double] = [:]
        /// Once true it stays so: a server that was closed does not open because its last key is revoked.
        var hasHadKeys: Bool
    }

    private let store: any APIKeyStore
    private let clock: any JobClock
    private let digest: @Sendable ([UInt8]) throws -> [UInt8]
    private let state: Mutex<State>
    /// Other nodes should look anew.
    private let changed: @Sendable () -> Void

    private init(
        _ store: any APIKeyStore, _ keys: [APIKey], clock: any JobClock,
        digest: @escaping @Sendable ([UInt8]) throws -> [UInt8], changed: @escaping @Sendable () -> Void
    ) {
        self.changed = changed
        self.store = store
        self.clock = clock
        self.digest = digest
        state = Mutex(State(keys: keys, hasHadKeys: !keys.isEmpty))
    }

    /// - Parameters:
    ///   - digest: SHA-256.
    ///   - changed: called when a key was made or revoked here.
    /// Throws `AccountStoreError`.
    public static func open(
        _ store: any APIKeyStore, clock: any JobClock, digest: @escaping @Sendable ([UInt8]) throws -> [UInt8],
        changed: @escaping @Sendable () -> Void = {}
    ) async throws -> KeyRegistry {
        KeyRegistry(store, try await store.keys(), clock: clock, digest: digest, changed: changed)
    }

    /// Takes over what another node changed.
    public func reload() async throws(AccountStoreError) {
        let keys = try await store.keys()
        state.withLock { state in
            state.keys = keys
            state.hasHadKeys = state.hasHadKeys || !keys.isEmpty
        }
    }

    /// Nobody has to show a key of the registry.
    public var isOpen: Bool { state.withLock { !$0.hasHadKeys } }

    /// Oldest first, expired ones too.
    public var keys: [APIKey] { state.withLock { $0.keys } }

    /// Those that hold now.
    public var valid: [APIKey] {
        let now = clock.now().wall
        return keys.filter { $0.expiresAt ?? .infinity > now }
    }

    /// Seconds since 1970; `nil` when it was not used since the server's start.
    public func lastUse(of id: String) -> Double? { state.withLock { $0.usedAt[id] } }

    public func noteUse(of id: String) {
        let now = clock.now().wall
        state.withLock { $0.usedAt[id] = now }
    }

    /// Makes a key. It is shown this once, and cannot be read from what is kept.
    /// Throws `AccountStoreError`.
    public func create(_ wish: Wish) async throws -> (key: APIKey, secret: String) {
        var generator = SystemRandomNumberGenerator()
        let secret = "stentor-" + JobID.random(using: &generator).text
        let digest = try digest(Array(secret.utf8))
        let now = clock.now().wall
        let key = APIKey(
            id: Self.id(of: digest), name: wish.name, digest: digest, scopes: wish.scopes, createdAt: now,
            expiresAt: wish.days.map { now + $0 * 86_400 }, perMinute: wish.perMinute)
        try await store.add(key)
        state.withLock { state in
            state.keys.append(key)
            state.hasHadKeys = true
        }
        changed()
        return (key, secret)
    }

    /// From now on the key opens nothing. Returns `false` when there is none of this name.
    public func revoke(_ id: String) async throws(AccountStoreError) -> Bool {
        guard try await store.remove(id) else { return false }
        state.withLock { state in
            state.keys.removeAll { $0.id == id }
            state.usedAt[id] = nil
        }
        changed()
        return true
    }

    /// The name of the key with this digest.
    public static func id(of digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: digest.prefix(6).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
