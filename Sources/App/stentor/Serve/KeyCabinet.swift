import Accounts
import WebUI

/// The server's keys as its page shows them.
struct KeyCabinet: KeyDesk {
    let registry: KeyRegistry

    var scopes: [String] { APIKey.Scope.allCases.map(\.rawValue) }

    func keys() async throws -> [ListedKey] { registry.keys.map(listed) }

    func create(name: String, scopes: [String]) async throws -> (key: ListedKey, secret: String) {
        let made = try await registry.create(.init(name: name, scopes: Set(scopes.compactMap(APIKey.Scope.init))))
        return (listed(made.key), made.secret)
    }

    func revoke(_ id: String) async throws -> Bool { try await registry.revoke(id) }

    private func listed(_ key: APIKey) -> ListedKey {
        ListedKey(
            id: key.id, name: key.name, scopes: key.scopes.map(\.rawValue).sorted(), created: key.createdAt,
            lastUsed: registry.lastUse(of: key.id))
    }
}
