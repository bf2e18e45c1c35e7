public import Accounts
public import SQLite

/// Keys of the interface, beside the queue in one database file.
public struct SQLiteAPIKeyStore: APIKeyStore {
    private let database: SQLiteDatabase

    public init(_ database: SQLiteDatabase) { self.database = database }

    public func add(_ key: APIKey) async throws(AccountStoreError) {
        try await AccountStoreError.translating {
            let body = try Coding.json(key)
            try await database.write(durability: .full) {
                try $0.execute("INSERT INTO api_keys (id, body) VALUES (\(key.id), \(body))")
            }
        }
    }

    public func remove(_ id: String) async throws(AccountStoreError) -> Bool {
        try await AccountStoreError.translating {
            try await database.write(durability: .full) { transaction in
                let found = try transaction.first("SELECT 1 AS found FROM api_keys WHERE id = \(id)") { _ in true }
                try transaction.execute("DELETE FROM api_keys WHERE id = \(id)")
                return found ?? false
            }
        }
    }

    public func keys() async throws(AccountStoreError) -> [APIKey] {
        try await AccountStoreError.translating {
            try await database.read { transaction in
                try transaction.all("SELECT body FROM api_keys ORDER BY number") { row in
                    try Coding.value(try row["body"] as String)
                }
            }
        }
    }
}
