public import Jobs
public import Review
public import SQLite

/// What people do with finished transcripts, beside the queue in one database file.
public struct SQLiteReviewStore: ReviewStore {
    private let database: SQLiteDatabase

    public init(_ database: SQLiteDatabase) { self.database = database }

    private func write<Value: Sendable>(
        _ durability: Durability = .full, _ body: @escaping @Sendable (SQLiteReviewRecords) throws -> Value
    ) async throws(ReviewStoreError) -> Value {
        try await ReviewStoreError.translating {
            try await database.write(durability: durability) { try body(SQLiteReviewRecords(transaction: $0)) }
        }
    }

    private func read<Value: Sendable>(
        _ body: @escaping @Sendable (SQLiteReviewRecords) throws -> Value
    ) async throws(ReviewStoreError) -> Value {
        try await ReviewStoreError.translating {
            try await database.read { try body(SQLiteReviewRecords(transaction: $0)) }
        }
    }

    public func review(of job: JobID) async throws(ReviewStoreError) -> Review {
        try await read { try $0.review(of: job) }
    }

    public func change(
        _ job: JobID, _ edit: @escaping @Sendable (inout Review) throws -> Void
    ) async throws(ReviewStoreError) -> Review {
        try await write { records in
            var review = try records.review(of: job)
            do { try edit(&review) } catch let refusal as ReviewRefusal { throw ReviewStoreError.refused(refusal) }
            try records.put(review, of: job)
            return review
        }
    }

    /// Made again from the texts whenever it is missing, so it need not survive a power cut.
    public func index(_ entries: [TextEntry]) async throws(ReviewStoreError) {
        try await write(.relaxed) { records in
            for entry in entries { try records.index(entry) }
        }
    }

    public func summaries(of jobs: [JobID]) async throws(ReviewStoreError) -> [JobID: TextSummary] {
        try await read { try $0.summaries(of: jobs) }
    }

    public func search(_ query: String, owner: Owner?, limit: Int) async throws(ReviewStoreError) -> [SearchHit] {
        let words = SearchWords.words(of: query)
        guard !words.isEmpty else { return [] }
        return try await read { try $0.search(words, owner: owner, limit: limit) }
    }

    public func publish(_ share: Share) async throws(ReviewStoreError) { try await write { try $0.put(share) } }

    public func share(_ token: String) async throws(ReviewStoreError) -> Share? {
        try await read { try $0.shares("token = \(token)").first }
    }

    public func shares(of job: JobID) async throws(ReviewStoreError) -> [Share] {
        try await read { try $0.shares("job = \(job.text) ORDER BY number DESC") }
    }

    public func withdraw(_ token: String, of job: JobID) async throws(ReviewStoreError) -> Bool {
        try await write { try $0.withdraw(token, of: job) }
    }

    public func sweep() async throws(ReviewStoreError) {
        let isClean = try await read { try $0.isClean() }
        if !isClean { try await write { try $0.sweep() } }
    }

    public func forget(_ job: JobID) async throws(ReviewStoreError) { try await write { try $0.forget(job) } }

    public func forget(name: String, in jobs: [JobID]) async throws(ReviewStoreError) -> [JobID] {
        try await write { records in
            var changed: [JobID] = []
            try records.transaction.erasing {
                for job in jobs {
                    var review = try records.review(of: job)
                    guard review.forget(name: name) else { continue }
                    try records.put(review, of: job)
                    changed.append(job)
                }
            }
            return changed
        }
    }

    public func wipe() async throws(ReviewStoreError) {
        try await write { records in
            // Words of texts that were replaced stay in the search until its parts are merged.
            try records.transaction.erasing {
                _ = try records.transaction.execute("INSERT INTO review_texts (review_texts) VALUES ('optimize')")
            }
        }
        try await ReviewStoreError.translating { try await database.emptyLog() }
    }
}
