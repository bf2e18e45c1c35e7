import API
import Crypto
import HTTPRouting
import HTTPTypes
import Jobs
import Settings

/// Who may use the interface: nobody has to prove anything while no keys are set, which only loopback allows.
struct KeyRing: Sendable {
    private struct Key: Sendable {
        let digest: [UInt8]
        let principal: Principal
    }

    private let keys: [Key]

    var isEmpty: Bool { keys.isEmpty }

    init(_ settings: ServerSettings) throws {
        keys =
            try settings.apiKeys.map { try Self.key($0, isAdmin: false) }
            + settings.adminKeys.map { try Self.key($0, isAdmin: true) }
    }

    private static func key(_ secret: Secret, isAdmin: Bool) throws -> Key {
        let digest = try SHA256.digest(of: Array(secret.reveal().utf8))
        return Key(
            digest: digest.bytes,
            principal: Principal(owner: Owner("key:\(digest.hex.prefix(12))"), isAdmin: isAdmin))
    }

    /// `nil` for a request that shows no known key.
    func principal(of request: HTTPRequest) throws -> Principal? {
        if keys.isEmpty { return Principal(owner: .local, isAdmin: true) }
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
        return found
    }

    /// The holder of a key that is still one of the server's.
    func principal(named owner: Owner) -> Principal? {
        keys.first { $0.principal.owner == owner }?.principal
    }
}
