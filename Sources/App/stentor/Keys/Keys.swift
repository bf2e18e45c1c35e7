import Accounts
import FoundationEssentials
import HTTPTypes
import SQLite

/// Where the command line finds the keys.
protocol Keys: Sendable {
    /// Returns the key itself.
    func create(_ wish: KeyRegistry.Wish) async throws -> String
    func list() async throws -> [ListedAPIKey]
    func revoke(_ id: String) async throws
    func close() async throws
}

/// A key as it is listed; the form in which the server lists it too.
struct ListedAPIKey: Codable {
    let id: String
    let name: String
    let scopes: [String]
    let expires: Double?
    let per_minute: Int?
}

/// The data folder's own, while no server works on it.
struct LocalKeys: Keys {
    let registry: KeyRegistry
    let database: SQLiteDatabase
    /// Keeps a server from starting meanwhile.
    let lock: DataLock
    let audit: AuditFile

    func create(_ wish: KeyRegistry.Wish) async throws -> String {
        let made = try await registry.create(wish)
        try await audit.appendCommand("keys create", target: made.key.id)
        return made.secret
    }

    func list() -> [ListedAPIKey] {
        registry.keys.map {
            ListedAPIKey(
                id: $0.id, name: $0.name, scopes: $0.scopes.map(\.rawValue).sorted(), expires: $0.expiresAt,
                per_minute: $0.perMinute)
        }
    }

    func revoke(_ id: String) async throws {
        guard try await registry.revoke(id) else { throw OutputError("the server keeps no such key") }
        try await audit.appendCommand("keys revoke", target: id)
    }

    func close() async throws { try await database.close() }
}

/// Those of a running server.
struct RemoteKeys: Keys {
    let call: ServerCall

    private struct Wish: Encodable {
        let name: String
        let scopes: [String]
        let days: Double?
        let per_minute: Int?
    }

    private struct Made: Decodable { let key: String }
    private struct Listing: Decodable { let keys: [ListedAPIKey] }

    func create(_ wish: KeyRegistry.Wish) async throws -> String {
        let body = try JSONEncoder().encode(
            Wish(
                name: wish.name, scopes: wish.scopes.map(\.rawValue).sorted(), days: wish.days,
                per_minute: wish.perMinute))
        return try JSONDecoder().decode(Made.self, from: Data(try await call.ask(.post, "/keys", json: Array(body))))
            .key
    }

    func list() async throws -> [ListedAPIKey] {
        try JSONDecoder().decode(Listing.self, from: Data(try await call.ask(.get, "/keys"))).keys
    }

    func revoke(_ id: String) async throws { _ = try await call.ask(.delete, "/keys/\(ServerCall.escaped(id))") }

    func close() {}
}
