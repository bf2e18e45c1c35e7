public import SQLite

/// What waits and what is kept, for the figures that operators watch.
public struct StoreCounts: Sendable, Hashable {
    /// Ends of jobs that somebody is still to be told of.
    public var announcements = 0
    /// Links that hold.
    public var links = 0
    /// Media in Telegram that people wait for.
    public var telegramRequests = 0
    /// Updates that were taken and not decided yet, and messages that are still to be sent.
    public var telegramUpdates = 0
    public var telegramOutbox = 0
    /// People the bot knows.
    public var telegramPeople = 0

    public init() {}

    /// - Parameter wall: now, in seconds since 1970.
    public static func read(_ database: SQLiteDatabase, at wall: Double) async throws -> StoreCounts {
        try await database.read { transaction in
            func count(_ sql: SQL) throws -> Int { try transaction.first(sql) { try $0["n"] } ?? 0 }
            var counts = StoreCounts()
            counts.announcements = try count("SELECT count(*) AS n FROM announcements")
            counts.links = try count(
                """
                SELECT count(*) AS n FROM links
                WHERE is_revoked = 0 AND (expires_at IS NULL OR expires_at > \(wall))
                """)
            counts.telegramRequests = try count("SELECT count(*) AS n FROM telegram_requests WHERE is_open = 1")
            counts.telegramUpdates = try count("SELECT count(*) AS n FROM telegram_updates WHERE is_pending = 1")
            counts.telegramOutbox = try count("SELECT count(*) AS n FROM telegram_outbox")
            counts.telegramPeople = try count("SELECT count(*) AS n FROM telegram_people")
            return counts
        }
    }
}
