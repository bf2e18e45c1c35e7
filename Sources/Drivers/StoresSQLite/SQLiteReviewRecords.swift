internal import Jobs
internal import Review
internal import SQLite

/// The tables of reviews within one transaction.
struct SQLiteReviewRecords {
    let transaction: Transaction

    func review(of job: JobID) throws -> Review {
        let body: String? = try transaction.first("SELECT body FROM reviews WHERE job = \(job.text)") {
            try $0["body"]
        }
        return try body.map { try Coding.value($0) } ?? Review()
    }

    func put(_ review: Review, of job: JobID) throws {
        try transaction.execute(
            """
            INSERT OR REPLACE INTO reviews (job, version, body)
            VALUES (\(job.text), \(review.version), \(try Coding.json(review)))
            """)
    }

    // MARK: Search

    func index(_ entry: TextEntry) throws {
        let summary = try Coding.json(entry.summary)
        let number: Int64? = try transaction.first(
            """
            INSERT INTO review_entries (job, owner, summary)
            VALUES (\(entry.job.text), \(entry.owner.text), \(summary))
            ON CONFLICT (job) DO UPDATE SET owner = excluded.owner, summary = excluded.summary
            RETURNING number
            """
        ) { try $0["number"] }
        guard let number else { throw ReviewStoreError.broken("a row that was just written is missing") }
        try transaction.execute("DELETE FROM review_texts WHERE rowid = \(number)")
        try transaction.execute(
            "INSERT INTO review_texts (rowid, name, text) VALUES (\(number), \(entry.name), \(entry.text))")
    }

    func summaries(of jobs: [JobID]) throws -> [JobID: TextSummary] {
        let ids = try Coding.json(jobs.map(\.text))
        var summaries: [JobID: TextSummary] = [:]
        try transaction.forEach(
            "SELECT job, summary FROM review_entries WHERE job IN (SELECT value FROM json_each(\(ids)))"
        ) { row in
            summaries[try Coding.jobID(try row["job"])] = try Coding.value(try row["summary"] as String)
            return true
        }
        return summaries
    }

    /// - Parameter words: letters and digits only, so that quoting them is all the query language needs.
    func search(_ words: [String], owner: Owner?, limit: Int) throws -> [SearchHit] {
        let match = words.map { "\"\($0)\"" }.joined(separator: " ") + "*"
        let (begin, end) = SearchHit.marks
        let ofOwner: SQL = owner.map { "AND e.owner = \($0.text)" } ?? ""
        return try transaction.all(
            """
            SELECT e.job AS job, snippet(review_texts, 1, \(begin), \(end), '…', 24) AS excerpt
            FROM review_texts JOIN review_entries e ON e.number = review_texts.rowid
            WHERE review_texts MATCH \(match) \(ofOwner)
            ORDER BY review_texts.rank LIMIT \(max(0, limit))
            """
        ) { SearchHit(job: try Coding.jobID(try $0["job"]), excerpt: try $0["excerpt"]) }
    }

    func isClean() throws -> Bool {
        try transaction.first("SELECT NOT EXISTS (SELECT 1 FROM review_remains) AS value") { try $0["value"] } ?? true
    }

    func sweep() throws {
        try transaction.execute("DELETE FROM review_texts WHERE rowid IN (SELECT number FROM review_remains)")
        try transaction.execute("DELETE FROM review_remains")
    }

    // MARK: Shares

    func put(_ share: Share) throws {
        try transaction.execute(
            """
            INSERT INTO shares (token, job, expires_at, number, body)
            VALUES (\(share.token), \(share.job.text), \(share.expiresAt),
                (SELECT coalesce(max(number), 0) + 1 FROM shares), \(try Coding.json(share)))
            """)
        // What nobody can open any more is not worth keeping.
        try transaction.execute("DELETE FROM shares WHERE expires_at < \(share.createdAt - 30 * 86_400)")
    }

    func shares(_ condition: SQL) throws -> [Share] {
        try transaction.all("SELECT body FROM shares WHERE \(condition)") { try Coding.value(try $0["body"] as String) }
    }

    func withdraw(_ token: String, of job: JobID) throws -> Bool {
        try transaction.execute("DELETE FROM shares WHERE token = \(token) AND job = \(job.text)") == 1
    }

    func forget(_ job: JobID) throws {
        try transaction.execute("DELETE FROM reviews WHERE job = \(job.text)")
        try transaction.execute(
            "DELETE FROM review_texts WHERE rowid = (SELECT number FROM review_entries WHERE job = \(job.text))")
        try transaction.execute("DELETE FROM review_entries WHERE job = \(job.text)")
        try transaction.execute("DELETE FROM shares WHERE job = \(job.text)")
    }
}
