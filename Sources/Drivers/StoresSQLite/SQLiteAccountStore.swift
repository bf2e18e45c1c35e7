public import Accounts
public import Jobs
public import SQLite

/// What the bot remembers, beside the queue in one database file.
public struct SQLiteAccountStore: AccountStore {
    private let database: SQLiteDatabase

    public init(_ database: SQLiteDatabase) { self.database = database }

    private func write<Value: Sendable>(
        _ durability: Durability = .full, _ body: @escaping @Sendable (SQLiteAccountRecords) throws -> Value
    ) async throws(AccountStoreError) -> Value {
        try await AccountStoreError.translating {
            try await database.write(durability: durability) { try body(SQLiteAccountRecords(transaction: $0)) }
        }
    }

    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteAccountRecords) throws -> Value
    ) async throws(AccountStoreError) -> Value {
        try await AccountStoreError.translating {
            try await database.read { try body(SQLiteAccountRecords(transaction: $0)) }
        }
    }

    public func receive(_ updates: [StoredUpdate], at wall: Double) async throws(AccountStoreError) -> Int {
        try await write { records in
            try updates.reduce(0) { try $0 + records.receive($1, at: wall) }
        }
    }

    public func pendingUpdates(limit: Int) async throws(AccountStoreError) -> [StoredUpdate] {
        try await read { try $0.pendingUpdates(limit) }
    }

    public func lastUpdate() async throws(AccountStoreError) -> (id: Int64, at: Double)? {
        try await read { try $0.lastUpdate() }
    }

    public func settle(_ update: Int64, _ changes: [AccountChange]) async throws(AccountStoreError) -> Bool {
        try await write { records in
            guard try records.settle(update) else { return false }
            for change in changes { try records.apply(change) }
            return true
        }
    }

    public func apply(_ changes: [AccountChange]) async throws(AccountStoreError) {
        try await write { records in
            for change in changes { try records.apply(change) }
        }
    }

    public func change(
        _ job: JobID, surviving harm: Harm, _ change: @escaping @Sendable (inout MediaRequest) -> Void
    ) async throws(AccountStoreError) -> MediaRequest? {
        try await write(harm == .kill ? .relaxed : .full) { records in
            guard var request = try records.request(job) else { return nil }
            change(&request)
            try records.apply(.request(request))
            return request
        }
    }

    public func profile(person: Int64, chat: Int64) async throws(AccountStoreError) -> Profile {
        try await read { try $0.profile(person: person, chat: chat) }
    }

    public func request(_ job: JobID) async throws(AccountStoreError) -> MediaRequest? {
        try await read { try $0.request(job) }
    }

    public func request(chat: Int64, status: Int64) async throws(AccountStoreError) -> MediaRequest? {
        try await read { try $0.requests("chat = \(chat) AND status = \(status)").first }
    }

    public func openRequests() async throws(AccountStoreError) -> [MediaRequest] {
        try await read { try $0.requests("is_open = 1 ORDER BY number") }
    }

    public func requests(of person: Int64, limit: Int) async throws(AccountStoreError) -> [MediaRequest] {
        try await read { try $0.requests("person = \(person) ORDER BY number DESC LIMIT \(limit)") }
    }

    public func album(_ name: String, chat: Int64) async throws(AccountStoreError) -> [MediaRequest] {
        try await read { try $0.requests("chat = \(chat) AND album = \(name) ORDER BY number") }
    }

    public func outbox(after id: Int64, limit: Int) async throws(AccountStoreError) -> [OutgoingMessage] {
        try await read { try $0.outbox(after: id, limit) }
    }

    public func key(for alias: FileAlias) async throws(AccountStoreError) -> String? {
        try await read { try $0.key(for: alias) }
    }

    public func figures() async throws(AccountStoreError) -> AccountFigures { try await read { try $0.figures() } }

    public func prune(before wall: Double) async throws(AccountStoreError) {
        try await write { try $0.prune(before: wall) }
    }
}
