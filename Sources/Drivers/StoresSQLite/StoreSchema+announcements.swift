extension StoreSchema {
    /// Ends of jobs that somebody is still to be told of; they go with their job.
    static let announcements: StaticString = """
        CREATE TABLE announcements (
            id TEXT PRIMARY KEY,
            sequence INTEGER NOT NULL UNIQUE,
            job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
            callback TEXT NOT NULL,
            target TEXT NOT NULL,
            kind TEXT NOT NULL CHECK (kind IN ('completed', 'failed')),
            failure TEXT,
            occurred_at REAL NOT NULL,
            tries INTEGER NOT NULL,
            due_at REAL NOT NULL
        ) STRICT;
        CREATE INDEX announcements_due ON announcements (due_at, sequence);
        CREATE INDEX announcements_job ON announcements (job, sequence);
        """
}
