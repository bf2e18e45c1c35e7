import API
import Accounts
import Crypto
import HTTPRouting
import HTTPTypes
import Jobs
import Settings

/// Who may use the interface: the holders of keys from the settings, and of those that the server keeps. Nobody has to
/// prove anything while there are neither, which only loopback allows.
struct KeyRing: Sendable {
    private struct Key: Sendable {
        let digest: [UInt8]
        let principal: Principal
        let perMinute: Int?
    }

    private let fixed: [Key]
    let registry: KeyRegistry
    /// `STENTOR_KEY_LIMIT`.
    private let perMinute: Int?

    var isEmpty: Bool { fixed.isEmpty && registry.isOpen }

    init(_ settings: ServerSettings, _ registry: KeyRegistry) throws {
        fixed =
            try settings.apiKeys.map { try Self.key($0, isAdmin: false) }
            + settings.adminKeys.map { try Self.key($0, isAdmin: true) }
        perMinute = settings.keyLimit
        self.registry = registry
    }

    private static func key(_ secret: Secret, isAdmin: Bool) throws -> Key {
        let digest = try SHA256.digest(of: Array(secret.reveal().utf8)).bytes
        return Key(
            digest: digest, principal: Principal(owner: owner(KeyRegistry.id(of: digest)), isAdmin: isAdmin),
            perMinute: nil)
    }

    private static func owner(_ id: String) -> Owner { Owner("key:\(id)") }

    private var keys: [Key] {
        fixed
            + registry.valid.map {
                Key(
                    digest: $0.digest,
                    principal: Principal(owner: Self.owner($0.id), isAdmin: $0.scopes.contains(.admin)),
                    perMinute: $0.perMinute)
            }
    }

    /// `nil` for a request that shows no known key.
    func principal(of request: HTTPRequest) throws -> Principal? {
        if isEmpty { return Principal(owner: .local, isAdmin: true) }
        let shown: String
        switch request.credential {
        case .key(let key): shown = key
        case .basic(_, let password): shown = password
        case nil: return nil
        }
        return try principal(key: shown)
    }

    /// Whose key it is.
    func principal(key shown: String) throws -> Principal? {
        // Digests have one length, and every key is compared: time tells nothing.
        let digest = try SHA256.digest(of: Array(shown.utf8)).bytes
        var found: Principal?
        for key in keys where ConstantTime.equal(key.digest, digest) { found = found ?? key.principal }
        if found != nil { registry.noteUse(of: KeyRegistry.id(of: digest)) }
        return found
    }

    /// The holder of a key that is still one of the server's.
    func principal(named owner: Owner) -> Principal? {
        keys.first { $0.principal.owner == owner }?.principal
    }

    /// How often the holder may ask; `nil` for as often as they like.
    func share(of owner: Owner) -> RateLimit.Share? {
        guard let limit = keys.first(where: { $0.principal.owner == owner })?.perMinute ?? perMinute else { return nil }
        return RateLimit.Share(client: owner.text, perMinute: limit)
    }
}
