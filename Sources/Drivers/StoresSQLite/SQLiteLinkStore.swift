public import SQLite
public import Streaming

/// What was published, beside the queue in one database file.
public struct SQLiteLinkStore: LinkStore {
    private let database: SQLiteDatabase

    public init(_ database: SQLiteDatabase) { self.database = database }

    private func write<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteLinkRecords) throws -> Value
    ) async throws(LinkStoreError) -> Value {
        try await LinkStoreError.translating {
            try await database.write(durability: .full) { try body(SQLiteLinkRecords(transaction: $0)) }
        }
    }

    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteLinkRecords) throws -> Value
    ) async throws(LinkStoreError) -> Value {
        try await LinkStoreError.translating {
            try await database.read { try body(SQLiteLinkRecords(transaction: $0)) }
        }
    }

    public func publish(_ record: LinkRecord) async throws(LinkStoreError) -> LinkRecord {
        try await write { records in
            try records.insert(record)
            return try records.links("id = \(record.id.text)").first ?? record
        }
    }

    public func record(_ id: LinkID) async throws(LinkStoreError) -> LinkRecord? {
        try await read { try $0.links("id = \(id.text)").first }
    }

    public func revoke(_ id: LinkID, owner: String?) async throws(LinkStoreError) -> Bool {
        try await write { try $0.revoke(id, owner: owner) }
    }

    public func records(of owner: String, limit: Int) async throws(LinkStoreError) -> [LinkRecord] {
        try await read { try $0.links("owner = \(owner) ORDER BY number DESC LIMIT \(limit)") }
    }

    public func put(_ batch: LinkBatch, _ found: [LinkRecord]) async throws(LinkStoreError) {
        try await write { records in
            try records.put(batch)
            for record in found { try records.insert(record) }
        }
    }

    public func batch(_ id: LinkID) async throws(LinkStoreError) -> LinkBatch? {
        try await read { try $0.batches("id = \(id.text)").first }
    }

    public func openBatches() async throws(LinkStoreError) -> [LinkBatch] {
        try await read { try $0.batches("is_open = 1 ORDER BY number") }
    }

    public func records(ofBatch id: LinkID) async throws(LinkStoreError) -> [LinkRecord] {
        try await read { try $0.links("batch = \(id.text) ORDER BY message, number") }
    }

    public func counts() async throws(LinkStoreError) -> LinkCounts {
        try await read { try $0.counts() }
    }

    public func prune(before wall: Double) async throws(LinkStoreError) {
        try await write { try $0.prune(before: wall) }
    }
}
