extension StoreSchema {
    /// Keys of the interface: their digests, never the keys.
    static let keys: StaticString = """
        CREATE TABLE api_keys (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            body TEXT NOT NULL
        ) STRICT;
        """

    /// What the bot remembers. Bodies are JSON; what is searched for has columns of its own.
    static let accounts: StaticString = """
        CREATE TABLE telegram_people (
            id INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            username TEXT,
            language_code TEXT,
            first_seen REAL NOT NULL,
            last_seen REAL NOT NULL,
            files INTEGER NOT NULL DEFAULT 0,
            seconds REAL NOT NULL DEFAULT 0,
            cost REAL NOT NULL DEFAULT 0
        ) STRICT;
        CREATE TABLE telegram_rooms (
            id INTEGER PRIMARY KEY,
            kind TEXT NOT NULL,
            title TEXT
        ) STRICT;
        CREATE TABLE telegram_preferences (
            id INTEGER PRIMARY KEY,
            body TEXT NOT NULL
        ) STRICT;
        CREATE TABLE telegram_updates (
            id INTEGER PRIMARY KEY,
            body BLOB NOT NULL,
            is_pending INTEGER NOT NULL,
            received_at REAL NOT NULL
        ) STRICT;
        CREATE INDEX telegram_updates_pending ON telegram_updates (id) WHERE is_pending = 1;
        CREATE TABLE telegram_requests (
            number INTEGER PRIMARY KEY,
            job TEXT NOT NULL UNIQUE,
            person INTEGER NOT NULL,
            chat INTEGER NOT NULL,
            status INTEGER,
            album TEXT,
            is_open INTEGER NOT NULL,
            created_at REAL NOT NULL,
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX telegram_requests_open ON telegram_requests (number) WHERE is_open = 1;
        CREATE INDEX telegram_requests_person ON telegram_requests (person, number);
        CREATE INDEX telegram_requests_status ON telegram_requests (chat, status) WHERE status IS NOT NULL;
        CREATE INDEX telegram_requests_album ON telegram_requests (chat, album) WHERE album IS NOT NULL;
        CREATE TABLE telegram_outbox (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            body BLOB NOT NULL
        ) STRICT;
        CREATE TABLE telegram_aliases (
            unique_id TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            options TEXT NOT NULL,
            key TEXT NOT NULL,
            at REAL NOT NULL,
            PRIMARY KEY (unique_id, bytes, options)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX telegram_aliases_key ON telegram_aliases (key);
        """
}
