internal import SQLite
internal import Streaming

/// The tables of what was published, within one transaction.
struct SQLiteLinkRecords {
    let transaction: Transaction

    /// One that is there stays as it is.
    func insert(_ record: LinkRecord) throws {
        try transaction.execute(
            """
            INSERT OR IGNORE INTO links (id, owner, batch, message, expires_at, is_revoked, body)
            VALUES (\(record.id.text), \(record.owner), \(record.batch?.text), \(record.file.origin?.message),
                \(record.expiresAt), \(record.isRevoked), \(try Coding.json(record)))
            """)
    }

    func revoke(_ id: LinkID, owner: String?) throws -> Bool {
        guard let record = try links("id = \(id.text)").first, owner == nil || record.owner == owner else {
            return false
        }
        try transaction.execute("UPDATE links SET is_revoked = 1 WHERE id = \(id.text)")
        return true
    }

    func put(_ batch: LinkBatch) throws {
        let isOpen = batch.state == .open
        try transaction.execute(
            """
            INSERT INTO link_batches (id, is_open, created_at, body)
            VALUES (\(batch.id.text), \(isOpen), \(batch.createdAt), \(try Coding.json(batch)))
            ON CONFLICT (id) DO UPDATE SET is_open = excluded.is_open, body = excluded.body
            """)
    }

    func links(_ condition: SQL) throws -> [LinkRecord] {
        try transaction.all("SELECT body, is_revoked FROM links WHERE \(condition)") { row in
            var record: LinkRecord = try Coding.value(try row["body"] as String)
            record.isRevoked = try row["is_revoked"]
            return record
        }
    }

    func batches(_ condition: SQL) throws -> [LinkBatch] {
        try transaction.all("SELECT body FROM link_batches WHERE \(condition)") { row in
            try Coding.value(try row["body"] as String)
        }
    }

    func counts() throws -> LinkCounts {
        let counts = try transaction.first(
            """
            SELECT (SELECT count(*) FROM links WHERE is_revoked = 0) AS links,
                (SELECT count(*) FROM link_batches) AS batches
            """
        ) { LinkCounts(links: try $0["links"], batches: try $0["batches"]) }
        return counts ?? LinkCounts()
    }

    func prune(before wall: Double) throws {
        try transaction.execute("DELETE FROM links WHERE expires_at < \(wall)")
        try transaction.execute("DELETE FROM link_batches WHERE is_open = 0 AND created_at < \(wall)")
    }
}
