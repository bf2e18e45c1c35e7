internal import CSQLite
internal import Glibc

/// Opens connections to one file. Its calls block.
struct Opener: Sendable {
    let path: String
    let options: SQLiteDatabase.Options

    /// The writing connection, after the file was found to be ours, whole and not too new.
    func open(_ migrations: [Migration]) throws -> (Connection, SQLiteDatabase.Opening) {
        createPrivately()
        let connection = try Connection(path: path, .readWrite, busyTimeout: options.busyTimeout)
        try requireOurs(connection)
        try connection.requireKnown(migrations)
        try setUp(connection)
        let wasLeftOpen = try connection.wasLeftOpen()
        if wasLeftOpen { try requireWhole(connection) }
        let migrationsRun = try connection.migrate(migrations)
        try connection.markOpen()
        return (connection, .init(wasClosedCleanly: !wasLeftOpen, migrationsRun: migrationsRun))
    }

    func openReader() throws -> Connection {
        let connection = try Connection(path: path, .readOnly, busyTimeout: options.busyTimeout)
        try connection.execute(script: "PRAGMA query_only=ON", "setting up a reader")
        return connection
    }

    /// Makes the file readable by its owner alone; the log gets the same permissions from it. An existing file is not
    /// opened: closing it again would drop the locks that this process may hold on it.
    private func createPrivately() {
        let file = Glibc.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        // A failure is SQLite's to report, which tries the same at once.
        if file >= 0 { Glibc.close(file) }
    }

    private func requireOurs(_ connection: Connection) throws {
        let wanted = Int(options.applicationIdentifier)
        guard wanted != 0 else { return }
        if try connection.isEmpty() {
            try connection.execute(script: "PRAGMA application_id=\(wanted)", "marking the database as this program's")
        } else if try connection.applicationIdentifier() != wanted {
            throw SQLiteError(.notADatabase, action: "opening the database", detail: "it belongs to another program")
        }
    }

    private func setUp(_ connection: Connection) throws {
        if let limit = options.pageLimit {
            try connection.execute(script: "PRAGMA max_page_count=\(limit)", "limiting the database")
        }
        // 64 MiB: what a log may keep of the disk after a burst.
        try connection.execute(
            script: """
                PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;
                PRAGMA journal_size_limit=67108864; PRAGMA cell_size_check=ON
                """, "setting up the database")
    }

    private func requireWhole(_ connection: Connection) throws {
        let faults = try connection.faults()
        guard faults.isEmpty else {
            throw SQLiteError(
                .corrupt, code: SQLITE_CORRUPT, action: "checking the database after an unclean stop",
                detail: faults.joined(separator: "; "))
        }
    }
}
