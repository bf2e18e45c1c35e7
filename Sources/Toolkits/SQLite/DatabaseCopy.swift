internal import CSQLite
internal import Glibc

/// Copies of a database that other connections, of this process or another, may be writing meanwhile. The calls block.
public enum DatabaseCopy {
    /// What a copy is.
    public struct Facts: Equatable, Sendable {
        /// The version of the schema.
        public let schema: Int
        /// The oldest version whose programs may go on with it.
        public let oldestReader: Int

        public init(schema: Int, oldestReader: Int) {
            self.schema = schema
            self.oldestReader = oldestReader
        }
    }

    /// Writes one state of the database into a new file.
    ///
    /// - Parameters:
    ///   - path: the database.
    ///   - copy: the new file; one that is there already is refused.
    ///   - look: runs before the copying and sees exactly the state that is copied. What it throws ends the copying.
    /// - Throws: what `look` throws, or `SQLiteError`: `.full` without room, `.cannotOpen` when there is no database.
    public static func make<Value>(of path: String, at copy: String, _ look: (Transaction) throws -> Value) throws
        -> (facts: Facts, seen: Value)
    {
        let source = try Connection(path: path, .readOnly, busyTimeout: .seconds(5))
        try source.execute(script: "PRAGMA query_only=ON; BEGIN", "beginning to copy")
        // A read gives the transaction its state.
        let facts = Facts(schema: try source.schemaVersion(), oldestReader: try source.oldestReader())
        let seen = try look(Transaction(source))
        guard access(copy, F_OK) != 0 else {
            throw SQLiteError(.cannotOpen, action: "copying the database", detail: "the copy's name is taken")
        }
        let file = Glibc.open(copy, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if file >= 0 { Glibc.close(file) }
        let target = try Connection(path: copy, .readWrite, busyTimeout: .seconds(5))
        // A copy that is not finished is thrown away, so nothing needs to be undone or made durable here.
        try target.execute(script: "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", "setting up the copy")
        try source.copyAll(to: target)
        try source.execute(script: "COMMIT", "ending the copying")
        return (facts, seen)
    }

    /// Looks a whole file over before it is trusted.
    ///
    /// - Parameter applicationIdentifier: the mark that it must bear.
    /// - Throws: `SQLiteError`: `.notADatabase`, `.schemaTooNew`, `.corrupt`.
    public static func inspect(_ path: String, applicationIdentifier: Int32, migrations: [Migration]) throws -> Facts {
        let connection = try Connection(path: path, .readOnly, busyTimeout: .seconds(5))
        guard try connection.applicationIdentifier() == Int(applicationIdentifier) else {
            throw SQLiteError(.notADatabase, action: "looking at the database", detail: "it belongs to another program")
        }
        try connection.requireKnown(migrations)
        let faults = try connection.faults()
        guard faults.isEmpty else {
            throw SQLiteError(
                .corrupt, code: SQLITE_CORRUPT, action: "looking at the database",
                detail: faults.joined(separator: "; "))
        }
        return Facts(schema: try connection.schemaVersion(), oldestReader: try connection.oldestReader())
    }
}
