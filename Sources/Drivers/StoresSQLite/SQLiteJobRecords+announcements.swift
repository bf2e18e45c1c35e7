internal import Jobs
internal import SQLite

extension SQLiteJobRecords {
    func insert(_ announcement: Announcement) throws {
        let failure = try announcement.failure.map { try Coding.json($0) }
        try transaction.execute(
            """
            INSERT INTO announcements
                (id, sequence, job, callback, target, kind, failure, occurred_at, tries, due_at)
            VALUES (
                \(announcement.id), \(announcement.sequence), \(announcement.job.text),
                \(try Coding.json(announcement.callback)), \(announcement.callback.target),
                \(announcement.kind.rawValue), \(failure), \(announcement.occurredAt), \(announcement.tries),
                \(announcement.dueAt))
            """)
    }

    func announcement(_ id: String) throws -> Announcement? {
        try transaction.first("SELECT * FROM announcements WHERE id = \(id)", Coding.announcement)
    }

    func update(_ announcement: Announcement) throws {
        try transaction.execute(
            """
            UPDATE announcements SET tries = \(announcement.tries), due_at = \(announcement.dueAt)
            WHERE id = \(announcement.id)
            """)
    }

    func removeAnnouncement(_ id: String) throws {
        try transaction.execute("DELETE FROM announcements WHERE id = \(id)")
    }

    func removeAnnouncements(of job: JobID) throws {
        try transaction.execute("DELETE FROM announcements WHERE job = \(job.text)")
    }

    /// The first of each job, as far as the query lets it through.
    private func first(_ query: AnnouncementQuery) throws -> SQL {
        let ids = try Coding.json(query.passingOver.sorted())
        let targets = try Coding.json(query.withoutTargets.sorted())
        return """
            FROM announcements a
            WHERE a.id NOT IN (SELECT value FROM json_each(\(ids)))
                AND a.target NOT IN (SELECT value FROM json_each(\(targets)))
                AND NOT EXISTS (SELECT 1 FROM announcements b WHERE b.job = a.job AND b.sequence < a.sequence)
            """
    }

    func announcements(_ query: AnnouncementQuery, dueBy wall: Double) throws -> [Announcement] {
        try transaction.all(
            """
            SELECT a.* \(try first(query)) AND a.due_at <= \(wall) ORDER BY a.due_at, a.sequence
            LIMIT \(max(0, query.limit))
            """, Coding.announcement)
    }

    func earliestAnnouncement(_ query: AnnouncementQuery) throws -> Double? {
        try transaction.first("SELECT a.due_at \(try first(query)) ORDER BY a.due_at LIMIT 1") { try $0["due_at"] }
    }

    func hasAnnouncements(_ execution: ExecutionID) throws -> Bool {
        try one(
            """
            SELECT EXISTS (
                SELECT 1 FROM announcements a JOIN jobs j ON j.id = a.job WHERE j.execution = \(execution.text)
            ) AS value
            """)
    }
}

extension Coding {
    static func announcement(_ row: borrowing Row) throws -> Announcement {
        guard let kind = Announcement.Kind(rawValue: try row["kind"]) else {
            throw JobStoreError.broken("the database holds an unknown kind of announcement")
        }
        return Announcement(
            id: try row["id"], sequence: try row["sequence"], job: try jobID(try row["job"]),
            callback: try value(try row["callback"]), kind: kind,
            failure: try (row["failure"] as String?).map { try value($0) }, occurredAt: try row["occurred_at"],
            tries: try row["tries"], dueAt: try row["due_at"])
    }
}
