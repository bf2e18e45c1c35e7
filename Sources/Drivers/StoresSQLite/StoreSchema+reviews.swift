extension StoreSchema {
    /// What people do with finished transcripts. It goes with its job, whoever removes that. Virtual tables are not for
    /// triggers where a schema is not trusted, so the search's part of it is swept up.
    static let reviews: StaticString = """
        CREATE TABLE reviews (
            job TEXT PRIMARY KEY,
            version INTEGER NOT NULL,
            body TEXT NOT NULL
        ) STRICT;
        CREATE TABLE review_entries (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            job TEXT NOT NULL UNIQUE,
            owner TEXT NOT NULL,
            summary TEXT NOT NULL
        ) STRICT;
        CREATE VIRTUAL TABLE review_texts USING fts5(name, text, tokenize = 'unicode61 remove_diacritics 2');
        CREATE TABLE review_remains (number INTEGER PRIMARY KEY) STRICT;
        CREATE TABLE shares (
            token TEXT PRIMARY KEY,
            job TEXT NOT NULL,
            expires_at REAL NOT NULL,
            number INTEGER NOT NULL,
            body TEXT NOT NULL
        ) STRICT;
        CREATE INDEX shares_job ON shares (job, number);
        CREATE TRIGGER review_follows AFTER DELETE ON jobs
        BEGIN
            DELETE FROM reviews WHERE job = OLD.id;
            INSERT INTO review_remains SELECT number FROM review_entries WHERE job = OLD.id;
            DELETE FROM review_entries WHERE job = OLD.id;
            DELETE FROM shares WHERE job = OLD.id;
        END;
        """

    /// Sums of readings by stretch of time.
    static let figures: StaticString = """
        CREATE TABLE figures (
            resolution INTEGER NOT NULL,
            at INTEGER NOT NULL,
            name TEXT NOT NULL,
            total REAL NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (resolution, at, name)
        ) STRICT, WITHOUT ROWID;
        """
}
