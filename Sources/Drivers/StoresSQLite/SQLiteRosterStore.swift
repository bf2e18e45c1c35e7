public import Jobs
public import SQLite
public import VoiceRoster

/// Known voices beside the queue in one database file. Only ids and owners can be read there: names, consents and
/// voices are sealed.
public struct SQLiteRosterStore: RosterStore {
    /// How rows are sealed.
    public struct Seal: Sendable {
        let seal: @Sendable ([UInt8]) throws -> [UInt8]
        /// `nil` for what another key sealed.
        let open: @Sendable ([UInt8]) -> [UInt8]?

        public init(
            seal: @escaping @Sendable ([UInt8]) throws -> [UInt8], open: @escaping @Sendable ([UInt8]) -> [UInt8]?
        ) {
            self.seal = seal
            self.open = open
        }
    }

    private let database: SQLiteDatabase
    private let seal: Seal

    public init(_ database: SQLiteDatabase, _ seal: Seal) {
        self.database = database
        self.seal = seal
    }

    public func add(
        _ voice: RosteredVoice, unless check: @escaping @Sendable ([RosteredVoice]) throws -> Void
    ) async throws(RosterStoreError) {
        try await RosterStoreError.translating {
            let body = try seal.seal(Array(try Coding.json(voice).utf8))
            try await database.write { transaction in
                do { try check(try voices(voice.owner, transaction)) } catch let refusal as RosterRefusal {
                    throw RosterStoreError.refused(refusal)
                }
                try transaction.execute(
                    "INSERT INTO voices (id, owner, body) VALUES (\(voice.id), \(voice.owner.text), \(body))")
            }
        }
    }

    public func voices(of owner: Owner) async throws(RosterStoreError) -> [RosteredVoice] {
        try await RosterStoreError.translating { try await database.read { try voices(owner, $0) } }
    }

    public func forget(_ id: String, of owner: Owner) async throws(RosterStoreError) -> RosteredVoice? {
        try await RosterStoreError.translating {
            let gone = try await database.write { transaction -> RosteredVoice? in
                let voice = try voices(owner, transaction).first { $0.id == id }
                try transaction.erasing {
                    _ = try transaction.execute("DELETE FROM voices WHERE id = \(id) AND owner = \(owner.text)")
                }
                return voice
            }
            try await database.emptyLog()
            return gone
        }
    }

    private func voices(_ owner: Owner, _ transaction: Transaction) throws -> [RosteredVoice] {
        try transaction.all("SELECT body FROM voices WHERE owner = \(owner.text) ORDER BY number") { row in
            let body: [UInt8] = try row["body"]
            guard let plain = seal.open(body) else {
                throw RosterStoreError.broken("the file voice-key is not the one that they were sealed with")
            }
            return try Coding.value(String(decoding: plain, as: UTF8.self))
        }
    }
}
