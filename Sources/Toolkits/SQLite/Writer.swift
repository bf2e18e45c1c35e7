/// The writing connection and its batches.
// Unchecked: every call comes from the one thread of the pool that `WriteQueue` and `SQLiteDatabase` share.
final class Writer: @unchecked Sendable {
    private var connection: Connection?
    private var level: Durability?
    /// Commits that no synchronisation has covered yet.
    private var hasUnsyncedCommits = false
    /// A failed synchronisation may have dropped pages that the system now believes written.
    private var mustCheckpoint = false
    private let observe: @Sendable (CommitEvent) -> Void

    init(observe: @escaping @Sendable (CommitEvent) -> Void) { self.observe = observe }

    func use(_ connection: Connection) { self.connection = connection }

    /// Runs a batch in one transaction and answers every member that it ran.
    /// - Returns: members that were not run because the transaction was lost before their turn.
    func run(_ batch: [PendingWrite]) -> [PendingWrite] {
        guard let connection else {
            for write in batch { write.refuse(SQLiteError.closedDatabase) }
            return []
        }
        let durability: Durability = batch.contains { $0.durability == .full } ? .full : .relaxed
        do {
            try begin(durability, on: connection)
        } catch {
            for write in batch { write.refuse(error) }
            return []
        }
        let changesBefore = connection.totalChanges
        var performed: [PendingWrite.Performed] = []
        for (index, write) in batch.enumerated() {
            do {
                performed.append(try perform(write, on: connection))
            } catch {
                // Nothing of this batch stays, but those whose turn had not come lose nothing.
                rollBack(connection)
                for member in performed { member.answer(error) }
                write.refuse(error)
                return Array(batch[(index + 1)...])
            }
        }
        let hasChanges = connection.totalChanges != changesBefore
        let failure = commit(durability, hasChanges: hasChanges, members: batch.count, on: connection)
        observe(.willAnswer)
        for member in performed { member.answer(failure) }
        return []
    }

    private func begin(_ durability: Durability, on connection: Connection) throws(SQLiteError) {
        if mustCheckpoint {
            // Writes what the log holds into the database and synchronises both: nothing then hangs on lost pages.
            try connection.checkpoint()
            mustCheckpoint = false
        }
        if level != durability {
            // In WAL mode NORMAL synchronises only at checkpoints, FULL after each commit
            // (https://www.sqlite.org/pragma.html#pragma_synchronous).
            try connection.execute(
                script: durability == .full ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL",
                "setting the durability")
            level = durability
        }
        try connection.execute(script: "BEGIN IMMEDIATE", "beginning a transaction")
    }

    /// Runs one member within a savepoint of its own, so that its failure takes only its own changes back.
    /// - Throws: what ended the whole transaction.
    private func perform(_ write: PendingWrite, on connection: Connection) throws(SQLiteError)
        -> PendingWrite.Performed
    {
        try connection.execute(script: "SAVEPOINT member", "opening a savepoint")
        let performed = write.perform(Transaction(connection))
        guard connection.isInTransaction else {
            let cause = performed.failure as? SQLiteError
            throw cause
                ?? SQLiteError(
                    .transactionLost, action: "writing", detail: "a statement ended the transaction it ran in")
        }
        if performed.failure != nil {
            try connection.execute(script: "ROLLBACK TO member; RELEASE member", "taking a failed write back")
        } else {
            try connection.execute(script: "RELEASE member", "closing a savepoint")
        }
        return performed
    }

    /// - Returns: why nothing of the batch was committed; nil when all of it was.
    private func commit(_ durability: Durability, hasChanges: Bool, members: Int, on connection: Connection)
        -> SQLiteError?
    {
        do {
            // A transaction without changes synchronises nothing, yet its answer may rest on an earlier commit that
            // was not synchronised. Writing the version again, unchanged, writes one page.
            if durability == .full, hasUnsyncedCommits, !hasChanges { try connection.touch() }
            observe(.willCommit(members: members, durability: durability))
            try connection.execute(script: "COMMIT", "committing")
            hasUnsyncedCommits = durability == .relaxed && (hasChanges || hasUnsyncedCommits)
            observe(.didCommit(members: members, durability: durability))
            return nil
        } catch {
            if error.condition == .inputOutput { mustCheckpoint = true }
            rollBack(connection)
            return error
        }
    }

    private func rollBack(_ connection: Connection) {
        guard connection.isInTransaction else { return }
        do {
            try connection.execute(script: "ROLLBACK", "rolling back")
        } catch {
            // A rollback that fails leaves a transaction that can only end with its connection: nothing more is written.
            self.connection = nil
        }
    }

    func compact() throws {
        guard let connection else { throw SQLiteError.closedDatabase }
        try connection.execute(script: "VACUUM", "writing the database anew")
        try connection.checkpoint()
    }

    func close() throws {
        guard let connection else { throw SQLiteError.closedDatabase }
        defer { self.connection = nil }
        try connection.execute(script: "PRAGMA synchronous=FULL", "setting the durability")
        try connection.markClosed()
    }
}

extension SQLiteError {
    static let closedDatabase = SQLiteError(.closed, action: "using the database", detail: "it is closed")
}
