internal import EventLoops

/// One database file: a thread that writes, and a few that read.
///
/// The file is in WAL mode, so readers see the last commit and never wait for a writer. Every blocking call happens on
/// the database's own threads.
public final class SQLiteDatabase: Sendable {
    /// How a database is opened.
    public struct Options: Sendable {
        /// How long a statement waits for another program's lock.
        public var busyTimeout: Duration = .seconds(5)
        /// Connections that read side by side.
        public var readers = 2
        /// Writes, and reads, that may wait at once.
        public var waitingLimit = 10_000
        /// Marks the file as this program's own (`PRAGMA application_id`); a file with another mark is refused.
        public var applicationIdentifier: Int32 = 0
        /// The largest file, in pages of 4,096 bytes; nil for SQLite's own limit.
        public var pageLimit: Int?
        /// Told about every commit, on the writer's thread.
        public var observe: @Sendable (CommitEvent) -> Void = { _ in }

        public init() {}
    }

    /// What was found and done at opening.
    public struct Opening: Equatable, Sendable {
        /// The last program closed the database; if not, the whole file was checked.
        public let wasClosedCleanly: Bool
        /// Steps of the schema that were run.
        public let migrationsRun: Int
    }

    /// What was found and done at opening.
    public let opening: Opening
    private let writes: WriteQueue
    private let readers: ReaderPool

    private init(opening: Opening, writes: WriteQueue, readers: ReaderPool) {
        self.opening = opening
        self.writes = writes
        self.readers = readers
    }

    /// Opens the file, which is made when it does not exist, and brings its schema up to date.
    ///
    /// - Throws: `SQLiteError`: `.notADatabase`, `.corrupt` (the file is checked when it was not closed cleanly),
    ///   `.schemaTooNew`, `.cannotOpen`, `.full` …; or what a migration threw. `SystemCallError` without threads.
    public static func open(path: String, migrations: [Migration], options: Options = Options()) async throws
        -> SQLiteDatabase
    {
        let thread = try BlockingPool(threads: 1, queue: 8, name: "sqlite-write")
        let writer = Writer(observe: options.observe)
        let opening = try await thread.run {
            let (connection, opening) = try Opener(path: path, options: options).open(migrations)
            writer.use(connection)
            return opening
        }
        let readers = try ReaderPool(threads: options.readers, waiting: options.waitingLimit) {
            try Opener(path: path, options: options).openReader()
        }
        let writes = WriteQueue(writer: writer, thread: thread, limit: options.waitingLimit)
        return SQLiteDatabase(opening: opening, writes: writes, readers: readers)
    }

    /// Runs `body` in a transaction, together with all others that wait, and returns once it is committed.
    ///
    /// When `body` throws, its own changes are taken back and the error arrives here unchanged; others in the same
    /// transaction are not touched. When the commit fails nobody's changes stay, and every caller gets the error.
    /// Cancelling before `body` began means that it never runs; later it has no effect.
    ///
    /// - Parameter durability: `.full` unless losing the write in a power cut does no harm.
    /// - Throws: what `body` throws, `SQLiteError` or `CancellationError`.
    @discardableResult
    public func write<Value: Sendable>(
        durability: Durability = .full, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        try await writes.write(durability, body)
    }

    /// Writes that have not begun.
    public var waitingWrites: Int { writes.waitingCount }

    /// Runs `body` on a connection that only reads; it sees one state of the database throughout.
    ///
    /// Cancelling stops even a statement that is running.
    /// - Throws: what `body` throws, `SQLiteError` or `CancellationError`.
    public func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws
        -> Value
    {
        try await readers.read(body)
    }

    /// Writes the whole file anew, so that nothing of what was deleted is left in it or in the log. Needs as much room as
    /// the database takes.
    /// - Throws: `SQLiteError`.
    public func compact() async throws { try await writes.compact() }

    /// Ends the writes that wait, marks the file as cleanly closed and closes it. Later calls throw `.closed`.
    public func close() async throws {
        readers.close()
        try await writes.close()
    }
}
