public import SQLite

/// The schema of everything that is kept in one database file. Published steps never change; new ones come last.
public enum StoreSchema {
    /// Marks a file as Stentor's: "Sten" in ASCII.
    public static let applicationIdentifier: Int32 = 0x5374_656E

    public static let migrations: [Migration] = [
        Migration("jobs", script: jobs),
        Migration("lines of waiting executions", script: lines),
        Migration("batches", script: "ALTER TABLE executions ADD COLUMN batch TEXT"),
        Migration("accounts", script: accounts),
        Migration("links", script: links),
        Migration("announcements", script: announcements),
        Migration(
            "keeping",
            script: """
                ALTER TABLE executions ADD COLUMN keep_media REAL NOT NULL DEFAULT 0;
                ALTER TABLE executions ADD COLUMN keep_text REAL NOT NULL DEFAULT 0
                """),
        Migration("reviews", script: reviews),
        Migration("figures", script: figures),
        Migration("api keys", script: keys),
        Migration(
            "voices",
            script: """
                CREATE TABLE voices (
                    number INTEGER PRIMARY KEY,
                    id TEXT NOT NULL UNIQUE,
                    owner TEXT NOT NULL,
                    body BLOB NOT NULL
                ) STRICT;
                CREATE INDEX voices_owner ON voices (owner, number)
                """),
    ]

    /// Opens the database of all stores.
    /// - Throws: as `SQLiteDatabase.open`.
    public static func open(path: String, options: SQLiteDatabase.Options = SQLiteDatabase.Options()) async throws
        -> SQLiteDatabase
    {
        var options = options
        options.applicationIdentifier = applicationIdentifier
        return try await SQLiteDatabase.open(path: path, migrations: migrations, options: options)
    }

    private static let jobs: StaticString = """
        CREATE TABLE queue (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            sequence INTEGER NOT NULL,
            is_paused INTEGER NOT NULL,
            boot TEXT NOT NULL,
            epoch INTEGER NOT NULL
        ) STRICT;
        INSERT INTO queue VALUES (1, 0, 0, '', 0);

        CREATE TABLE executions (
            id TEXT PRIMARY KEY,
            sequence INTEGER NOT NULL,
            key TEXT,
            task TEXT NOT NULL,
            media_kind TEXT CHECK (media_kind IN ('kept', 'passing', 'address')),
            media_name TEXT,
            media_bytes INTEGER,
            lane INTEGER NOT NULL,
            priority INTEGER NOT NULL,
            owner TEXT NOT NULL,
            is_ephemeral INTEGER NOT NULL,
            state TEXT NOT NULL
                CHECK (state IN ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled')),
            attempt INTEGER NOT NULL,
            errors INTEGER NOT NULL,
            crashes INTEGER NOT NULL,
            not_before REAL,
            lease_ends REAL,
            done REAL NOT NULL,
            total REAL,
            failure TEXT,
            created_at REAL NOT NULL,
            started_at REAL,
            finished_at REAL,
            first_started_at REAL,
            claimed_at REAL
        ) STRICT;
        CREATE UNIQUE INDEX executions_key ON executions (key)
            WHERE key IS NOT NULL AND state IN ('queued', 'running', 'waiting');
        CREATE INDEX executions_running ON executions (owner, lease_ends) WHERE state = 'running';
        CREATE INDEX executions_retry ON executions (not_before) WHERE state = 'waiting';
        CREATE INDEX executions_finished ON executions (finished_at) WHERE finished_at IS NOT NULL;
        CREATE INDEX executions_media ON executions (media_name) WHERE media_name IS NOT NULL;
        CREATE INDEX executions_owner ON executions (owner);

        CREATE TABLE jobs (
            id TEXT PRIMARY KEY,
            sequence INTEGER NOT NULL UNIQUE,
            owner TEXT NOT NULL,
            execution TEXT NOT NULL REFERENCES executions (id),
            name TEXT NOT NULL,
            priority INTEGER NOT NULL,
            batch TEXT,
            callback TEXT,
            digest TEXT NOT NULL,
            is_ephemeral INTEGER NOT NULL,
            is_cancelled INTEGER NOT NULL,
            created_at REAL NOT NULL,
            is_waiting INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX jobs_execution ON jobs (execution, sequence);
        CREATE INDEX jobs_owner ON jobs (owner, sequence);
        CREATE INDEX jobs_batch ON jobs (batch, sequence) WHERE batch IS NOT NULL;
        CREATE INDEX jobs_waiting ON jobs (owner) WHERE is_waiting = 1 AND is_cancelled = 0;
        CREATE INDEX jobs_ephemeral ON jobs (id) WHERE is_ephemeral = 1;

        CREATE TABLE results (
            execution TEXT PRIMARY KEY REFERENCES executions (id) ON DELETE CASCADE,
            bytes BLOB NOT NULL
        ) STRICT;
        CREATE TABLE checkpoints (
            execution TEXT NOT NULL REFERENCES executions (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            PRIMARY KEY (execution, number)
        ) STRICT;
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY,
            engine TEXT NOT NULL,
            model TEXT NOT NULL,
            lane INTEGER NOT NULL,
            audio_seconds REAL NOT NULL,
            wait REAL NOT NULL,
            run REAL NOT NULL
        ) STRICT;
        """

    // The counts make a claim independent of how many wait: idle owners are in no index that it walks. Triggers keep
    // them, so that no statement can forget to.
    private static let lines: StaticString = """
        CREATE TABLE turns (
            lane INTEGER NOT NULL,
            owner TEXT NOT NULL,
            served INTEGER NOT NULL,
            waiting INTEGER NOT NULL CHECK (waiting >= 0),
            PRIMARY KEY (lane, owner)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX turns_next ON turns (lane, served) WHERE waiting > 0;
        CREATE INDEX executions_line ON executions (lane, owner, priority DESC, sequence)
            WHERE state IN ('queued', 'waiting');

        CREATE TRIGGER line_entered_new AFTER INSERT ON executions
            WHEN NEW.state IN ('queued', 'waiting')
        BEGIN
            UPDATE turns SET waiting = waiting + 1 WHERE lane = NEW.lane AND owner = NEW.owner;
        END;
        CREATE TRIGGER line_left_removed AFTER DELETE ON executions
            WHEN OLD.state IN ('queued', 'waiting')
        BEGIN
            UPDATE turns SET waiting = waiting - 1 WHERE lane = OLD.lane AND owner = OLD.owner;
        END;
        CREATE TRIGGER line_left AFTER UPDATE OF state, lane ON executions
            WHEN OLD.state IN ('queued', 'waiting')
                AND (NEW.state NOT IN ('queued', 'waiting') OR NEW.lane <> OLD.lane)
        BEGIN
            UPDATE turns SET waiting = waiting - 1 WHERE lane = OLD.lane AND owner = OLD.owner;
        END;
        CREATE TRIGGER line_entered AFTER UPDATE OF state, lane ON executions
            WHEN NEW.state IN ('queued', 'waiting')
                AND (OLD.state NOT IN ('queued', 'waiting') OR NEW.lane <> OLD.lane)
        BEGIN
            UPDATE turns SET waiting = waiting + 1 WHERE lane = NEW.lane AND owner = NEW.owner;
        END;
        CREATE TRIGGER jobs_follow AFTER UPDATE OF state ON executions
            WHEN (OLD.state IN ('queued', 'waiting')) <> (NEW.state IN ('queued', 'waiting'))
        BEGIN
            UPDATE jobs SET is_waiting = NEW.state IN ('queued', 'waiting') WHERE execution = NEW.id;
        END;
        """
}
