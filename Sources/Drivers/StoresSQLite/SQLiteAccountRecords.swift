internal import Accounts
internal import Jobs
internal import SQLite

/// The bot's tables within one transaction.
struct SQLiteAccountRecords {
    let transaction: Transaction

    // MARK: Updates

    /// 1 for a new one.
    func receive(_ update: StoredUpdate, at wall: Double) throws -> Int {
        try transaction.execute(
            """
            INSERT OR IGNORE INTO telegram_updates (id, body, is_pending, received_at)
            VALUES (\(update.id), \(update.body), 1, \(wall))
            """)
    }

    func pendingUpdates(_ limit: Int) throws -> [StoredUpdate] {
        try transaction.all(
            "SELECT id, body FROM telegram_updates WHERE is_pending = 1 ORDER BY id LIMIT \(limit)"
        ) { StoredUpdate(id: try $0["id"], body: try $0["body"]) }
    }

    func lastUpdate() throws -> (id: Int64, at: Double)? {
        try transaction.first("SELECT id, received_at FROM telegram_updates ORDER BY id DESC LIMIT 1") {
            (try $0["id"], try $0["received_at"])
        }
    }

    /// `false` when it was handled before.
    func settle(_ update: Int64) throws -> Bool {
        try transaction.execute(
            "UPDATE telegram_updates SET is_pending = 0 WHERE id = \(update) AND is_pending = 1") == 1
    }

    // MARK: Changes

    func apply(_ change: AccountChange) throws {
        switch change {
        case .person(let person, let wall): try put(person, wall)
        case .room(let room):
            try transaction.execute(
                """
                INSERT OR REPLACE INTO telegram_rooms (id, kind, title)
                VALUES (\(room.id), \(room.kind), \(room.title))
                """)
        case .preferences(let id, let value):
            try transaction.execute(
                "INSERT OR REPLACE INTO telegram_preferences (id, body) VALUES (\(id), \(try Coding.json(value)))")
        case .request(let request): try put(request)
        case .mark(let job, let mark):
            guard var request = try self.request(job) else { return }
            mark.apply(to: &request)
            try put(request)
        case .message(let message):
            try transaction.execute("INSERT INTO telegram_outbox (body) VALUES (\(message.body))")
        case .sent(let id): try transaction.execute("DELETE FROM telegram_outbox WHERE id = \(id)")
        case .usage(let id, let usage):
            try transaction.execute(
                """
                UPDATE telegram_people SET files = files + \(usage.files), seconds = seconds + \(usage.seconds),
                    cost = cost + \(usage.cost) WHERE id = \(id)
                """)
        case .alias(let alias, let key, let wall):
            try transaction.execute(
                """
                INSERT OR REPLACE INTO telegram_aliases
                VALUES (\(alias.uniqueID), \(alias.bytes), \(alias.options), \(key), \(wall))
                """)
        case .forgetAlias(let key): try transaction.execute("DELETE FROM telegram_aliases WHERE key = \(key)")
        }
    }

    private func put(_ person: Person, _ wall: Double) throws {
        try transaction.execute(
            """
            INSERT INTO telegram_people (id, name, username, language_code, first_seen, last_seen)
            VALUES (\(person.id), \(person.name), \(person.username), \(person.languageCode), \(wall), \(wall))
            ON CONFLICT (id) DO UPDATE SET name = excluded.name, username = excluded.username,
                language_code = excluded.language_code, last_seen = excluded.last_seen
            """)
    }

    private func put(_ request: MediaRequest) throws {
        let isOpen = request.stage != .done
        try transaction.execute(
            """
            INSERT INTO telegram_requests (job, person, chat, status, album, is_open, created_at, body)
            VALUES (\(request.job.text), \(request.person), \(request.chat), \(request.status), \(request.album),
                \(isOpen), \(request.createdAt), \(try Coding.json(request)))
            ON CONFLICT (job) DO UPDATE SET chat = excluded.chat, status = excluded.status, is_open = excluded.is_open, body = excluded.body
            """)
    }

    // MARK: Reading

    private func preferences(_ id: Int64) throws -> Preferences {
        let body: String? = try transaction.first("SELECT body FROM telegram_preferences WHERE id = \(id)") {
            try $0["body"]
        }
        return try body.map { try Coding.value($0) } ?? Preferences()
    }

    func profile(person: Int64, chat: Int64) throws -> Profile {
        let usage = try transaction.first(
            "SELECT files, seconds, cost FROM telegram_people WHERE id = \(person)"
        ) { Usage(files: try $0["files"], seconds: try $0["seconds"], cost: try $0["cost"]) }
        return Profile(
            own: try preferences(person), chat: chat == person ? Preferences() : try preferences(chat),
            usage: usage ?? Usage())
    }

    func request(_ job: JobID) throws -> MediaRequest? { try requests("job = \(job.text)").first }

    func requests(_ condition: SQL) throws -> [MediaRequest] {
        try transaction.all("SELECT body FROM telegram_requests WHERE \(condition)") { row in
            try Coding.value(try row["body"] as String)
        }
    }

    func outbox(after id: Int64, _ limit: Int) throws -> [OutgoingMessage] {
        try transaction.all(
            "SELECT id, body FROM telegram_outbox WHERE id > \(id) ORDER BY id LIMIT \(limit)"
        ) { OutgoingMessage(id: try $0["id"], body: try $0["body"]) }
    }

    func key(for alias: FileAlias) throws -> String? {
        try transaction.first(
            """
            SELECT key FROM telegram_aliases
            WHERE unique_id = \(alias.uniqueID) AND bytes = \(alias.bytes) AND options = \(alias.options)
            """
        ) { try $0["key"] }
    }

    func figures() throws -> AccountFigures {
        let figures = try transaction.first(
            """
            SELECT count(*) AS people, coalesce(sum(files), 0) AS files, coalesce(sum(seconds), 0.0) AS seconds,
                coalesce(sum(cost), 0.0) AS cost,
                (SELECT count(*) FROM telegram_requests WHERE is_open = 1) AS open
            FROM telegram_people
            """
        ) { row in
            AccountFigures(
                people: try row["people"],
                usage: Usage(files: try row["files"], seconds: try row["seconds"], cost: try row["cost"]),
                openRequests: try row["open"])
        }
        return figures ?? AccountFigures()
    }

    func prune(before wall: Double) throws {
        // The highest number stays: polling goes on behind it.
        try transaction.execute(
            """
            DELETE FROM telegram_updates WHERE is_pending = 0 AND received_at < \(wall)
                AND id < (SELECT max(id) FROM telegram_updates)
            """)
        try transaction.execute("DELETE FROM telegram_requests WHERE is_open = 0 AND created_at < \(wall)")
        try transaction.execute("DELETE FROM telegram_aliases WHERE at < \(wall)")
    }
}
