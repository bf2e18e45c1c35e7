extension StoreSchema {
    /// What was published. Bodies are JSON; what is searched for or changed has columns of its own.
    static let links: StaticString = """
        CREATE TABLE links (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            owner TEXT NOT NULL,
            batch TEXT,
            message INTEGER,
            expires_at REAL,
            is_revoked INTEGER NOT NULL,
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX links_owner ON links (owner, number);
        CREATE INDEX links_batch ON links (batch, message) WHERE batch IS NOT NULL;
        CREATE INDEX links_expiry ON links (expires_at) WHERE expires_at IS NOT NULL;
        CREATE TABLE link_batches (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            is_open INTEGER NOT NULL,
            created_at REAL NOT NULL,
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX link_batches_open ON link_batches (number) WHERE is_open = 1;
        """
}
