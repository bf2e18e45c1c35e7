public import SQLite

/// Everything that the database knows of one owner goes, in one transaction.
public struct OwnerRemoval: Sendable, Hashable {
    public var jobs = 0
    public var links = 0
    /// Media that nobody refers to any more.
    public var media: [String] = []

    /// - Parameter owner: as jobs name it: `key:…`, `telegram:…`, `local`.
    /// - Throws: `SQLiteError`; nothing is removed then.
    public static func perform(_ owner: String, _ database: SQLiteDatabase) async throws -> OwnerRemoval {
        let removal = try await database.write { transaction in
            var removal = OwnerRemoval()
            try removal.removeJobs(of: owner, transaction)
            removal.links = try transaction.execute("DELETE FROM links WHERE owner = \(owner)")
            if owner.hasPrefix("telegram:"), let id = Int64(owner.dropFirst("telegram:".count)) {
                try removeTelegram(id, transaction)
            }
            if owner.hasPrefix("key:") {
                try transaction.execute("DELETE FROM api_keys WHERE id = \(String(owner.dropFirst("key:".count)))")
            }
            return removal
        }
        // What was removed still lies in free pages and in the log.
        try await database.compact()
        return removal
    }

    private mutating func removeJobs(of owner: String, _ transaction: Transaction) throws {
        // Announcements go with their jobs; reviews, shares and entries of the search by a trigger.
        jobs = try transaction.execute("DELETE FROM jobs WHERE owner = \(owner)")
        // What others wait for too goes on for them.
        try transaction.execute(
            """
            UPDATE executions SET owner = (SELECT owner FROM jobs WHERE execution = executions.id ORDER BY sequence)
            WHERE owner = \(owner) AND state NOT IN ('queued', 'waiting')
                AND EXISTS (SELECT 1 FROM jobs WHERE execution = executions.id)
            """)
        let names: [String] = try transaction.all(
            """
            SELECT DISTINCT media_name FROM executions WHERE media_kind = 'kept' AND media_name IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM jobs WHERE execution = executions.id)
            """
        ) { try $0["media_name"] }
        try transaction.execute(
            "DELETE FROM executions WHERE NOT EXISTS (SELECT 1 FROM jobs WHERE execution = executions.id)")
        media = try names.filter { name in
            try transaction.first("SELECT 1 AS found FROM executions WHERE media_name = \(name)") { _ in true } == nil
        }
        try transaction.execute("DELETE FROM turns WHERE owner = \(owner) AND waiting = 0")
        try transaction.execute("DELETE FROM review_texts WHERE rowid IN (SELECT number FROM review_remains)")
        try transaction.execute("DELETE FROM review_remains")
        // Deleted words stay in the index until it is made anew.
        try transaction.execute("INSERT INTO review_texts (review_texts) VALUES ('rebuild')")
    }

    private static func removeTelegram(_ id: Int64, _ transaction: Transaction) throws {
        try transaction.execute("DELETE FROM telegram_people WHERE id = \(id)")
        try transaction.execute("DELETE FROM telegram_rooms WHERE id = \(id)")
        try transaction.execute("DELETE FROM telegram_preferences WHERE id = \(id)")
        try transaction.execute("DELETE FROM telegram_requests WHERE person = \(id) OR chat = \(id)")
        // Files that the bot knows again are known by their own names, which lead to people who sent them.
        try transaction.execute("DELETE FROM telegram_aliases")
        let updates: [(Int64, [UInt8])] = try transaction.all("SELECT id, body FROM telegram_updates") {
            (try $0["id"], try $0["body"])
        }
        for (number, body) in updates where mentions(body, id) {
            try transaction.execute("DELETE FROM telegram_updates WHERE id = \(number)")
        }
        let messages: [(Int64, [UInt8])] = try transaction.all("SELECT id, body FROM telegram_outbox") {
            (try $0["id"], try $0["body"])
        }
        for (number, body) in messages where mentions(body, id) {
            try transaction.execute("DELETE FROM telegram_outbox WHERE id = \(number)")
        }
        let batches: [(String, String)] = try transaction.all("SELECT id, body FROM link_batches") {
            (try $0["id"], try $0["body"])
        }
        for (number, body) in batches where mentions(Array(body.utf8), id) {
            try transaction.execute("DELETE FROM link_batches WHERE id = \(number)")
        }
    }

    /// Whether a number stands in a text by itself.
    static func mentions(_ body: [UInt8], _ id: Int64) -> Bool {
        let digits = Array(String(id).utf8)
        func isDigit(_ index: Int) -> Bool { body.indices.contains(index) && (0x30...0x39).contains(body[index]) }
        guard body.count >= digits.count else { return false }
        return (0...(body.count - digits.count)).contains { start in
            body[start] == digits[0] && body[start..<(start + digits.count)].elementsEqual(digits)
                && !isDigit(start - 1) && !isDigit(start + digits.count)
        }
    }
}
