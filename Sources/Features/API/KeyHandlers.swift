import Accounts
import HTTPRouting
import HTTPTypes

/// `GET /keys`, `POST /keys`, `DELETE /keys/{id}`: for administrators.
struct KeyHandlers: Sendable {
    private static let longestName = 80

    let registry: KeyRegistry

    func addRoutes(to router: inout Router) {
        router.get("/keys", KeyOperations.list) { request, _ in try await list(request) }
        router.post("/keys", KeyOperations.create) { request, _ in try await create(request) }
        router.delete("/keys/{id}", KeyOperations.revoke, revoke)
    }

    private struct Wish: Decodable {
        let name: String
        let scopes: [String]?
        let days: Double?
        let per_minute: Int?
    }

    private struct Listed: Encodable {
        let id: String
        let name: String
        let scopes: [String]
        let created: Double
        let expires: Double?
        let per_minute: Int?
        let last_used: Double?

        init(_ key: APIKey, _ registry: KeyRegistry) {
            id = key.id
            name = key.name
            scopes = key.scopes.map(\.rawValue).sorted()
            created = key.createdAt
            expires = key.expiresAt
            per_minute = key.perMinute
            last_used = registry.lastUse(of: key.id)
        }
    }

    private struct Made: Encodable {
        let key: String
        let about: Listed
    }

    private func list(_ request: HTTPRequest) async throws -> HTTPResponse {
        try request.refuseOthers()
        return try .json(["keys": registry.keys.map { Listed($0, registry) }])
    }

    private func create(_ request: HTTPRequest) async throws -> HTTPResponse {
        try request.refuseOthers()
        let wish = try await request.json(as: Wish.self, limit: 4096)
        guard (1...Self.longestName).contains(wish.name.count) else {
            throw RequestForm.bad("name", "1 to \(Self.longestName) characters long")
        }
        let words = wish.scopes ?? [APIKey.Scope.transcribe.rawValue]
        let scopes = Set(words.compactMap(APIKey.Scope.init))
        guard !scopes.isEmpty, scopes.count == Set(words).count else {
            throw RequestForm.bad(
                "scopes", "a list of \(APIKey.Scope.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        if let days = wish.days, !(days > 0 && days <= 36_500) {
            throw RequestForm.bad("days", "above 0 and below 36500")
        }
        if let limit = wish.per_minute, !(1...1_000_000).contains(limit) {
            throw RequestForm.bad("per_minute", "from 1 to 1000000")
        }
        let made: (key: APIKey, secret: String)
        do {
            made = try await registry.create(
                .init(name: wish.name, scopes: scopes, days: wish.days, perMinute: wish.per_minute))
        } catch {
            throw Self.unavailable
        }
        var response = try HTTPResponse.json(
            Made(key: made.secret, about: Listed(made.key, registry)), status: .created)
        response.fields[.cacheControl] = "no-store"
        return response
    }

    private func revoke(_ request: HTTPRequest, _ parameters: PathParameters) async throws -> HTTPResponse {
        try request.refuseOthers()
        let isRevoked: Bool
        do { isRevoked = try await registry.revoke(parameters["id"]) } catch { throw Self.unavailable }
        guard isRevoked else {
            throw ErrorTable.http(
                .notFound, "no_such_key", "The server keeps no such key; one from the settings is removed there.")
        }
        return try .json(["status": "revoked"])
    }

    private static let unavailable = ErrorTable.http(
        .serviceUnavailable, "storage", "The keys cannot be changed now; try again.", retryAfter: 5)
}

/// What the routes of keys are for.
private enum KeyOperations {
    private static let family = "Keys"
    private static let key = Schema.object(
        [
            "id": .text, "name": .text, "scopes": .list(.text), "created": .number(nil), "expires": .number(nil),
            "per_minute": .whole(nil), "last_used": .number(nil),
        ], required: ["id", "name", "scopes", "created"])

    static let list = Operation(
        "The keys that the server keeps.", family: family,
        answers: [.init(.ok, "Keys.", [.json(.object(["keys": .list(key)], required: ["keys"]))])])
    static let create = Operation(
        "Make a key; it is shown this once.", family: family,
        bodies: [
            .json(
                .object(
                    [
                        "name": .bounded(1...80), "scopes": .list(.word(["transcribe", "admin"])),
                        "days": .number(0.01...36_500), "per_minute": .whole(1...1_000_000),
                    ], required: ["name"]))
        ],
        answers: [
            .init(.created, "The key.", [.json(.object(["key": .text, "about": key], required: ["key", "about"]))])
        ])
    static let revoke = Operation(
        "A key opens nothing any more.", family: family, parameters: [.init("id", in: .path, .text, "Its id.")],
        answers: [.init(.ok, "Revoked.", [.json(.object(["status": .text], required: ["status"]))])],
        refusals: [.notFound])
}
