/// SQLite, or this module before it, refused or failed. The text holds no value that was bound.
public struct SQLiteError: Error, Equatable, CustomStringConvertible {
    /// What kind of failure it is, as far as callers act differently on it.
    public enum Condition: Equatable, Sendable {
        /// Another connection held a lock for longer than the busy timeout.
        case busy
        /// The disk, or the page limit of the database, is full.
        case full
        /// Reading, writing or synchronising the file failed.
        case inputOutput
        /// The file is damaged.
        case corrupt
        /// The file is something else than a database.
        case notADatabase
        /// A rule of the schema refused the row: unique, foreign key, check, not null.
        case constraint
        /// The database or this connection takes no writes.
        case readOnly
        /// The file cannot be opened.
        case cannotOpen
        /// SQLite got no memory.
        case outOfMemory
        /// The call was stopped on request.
        case interrupted
        /// The database was written by a newer program.
        case schemaTooNew(found: Int, known: Int)
        /// A column holds another type than the one asked for, or does not exist.
        case column
        /// An earlier failure ended the transaction that this statement belongs to.
        case transactionLost
        /// The database was closed.
        case closed
        /// As many writes as allowed are waiting.
        case queueFull
        /// The statement itself is wrong, or something rare; see the code.
        case other
    }

    /// What kind of failure it is.
    public let condition: Condition
    /// SQLite's extended result code (https://www.sqlite.org/rescode.html); 0 when the failure is not SQLite's.
    public let code: Int32
    /// What was being done.
    public let action: String
    /// SQLite's own words, or the details of this module.
    public let detail: String

    init(_ condition: Condition, code: Int32 = 0, action: String, detail: String = "") {
        self.condition = condition
        self.code = code
        self.action = action
        self.detail = detail
    }

    public var description: String {
        let numbered = code == 0 ? detail : "\(detail) (SQLite code \(code))"
        let advice = condition.advice.map { "; \($0)" } ?? ""
        return "\(action) failed: \(numbered)\(advice)"
    }
}

extension SQLiteError.Condition {
    /// What the operator can do, where there is something.
    var advice: String? {
        switch self {
        case .busy: "another program is using the database; try again when it has finished"
        case .full: "free some disk space, the database goes on by itself"
        case .inputOutput: "look at the disk and the system's log"
        case .corrupt: "restore a backup, or move the file away to start with an empty one"
        case .notADatabase: "move the file away, or name another one"
        case .cannotOpen: "look at the folder's and the file's owner and permissions"
        case .readOnly: "look at the file's permissions"
        case .schemaTooNew: "run the newer program again, or restore the backup made before the upgrade"
        case .queueFull: "try again later"
        default: nil
        }
    }
}
