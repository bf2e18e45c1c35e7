public import SQLite

extension StoreSchema {
    /// Copies the database, which a server may be writing meanwhile. Blocks.
    ///
    /// - Parameters:
    ///   - copy: a new file.
    ///   - keep: called with the name of each kept medium that the copied state refers to, in the moment of that state;
    ///     answers whether it is there.
    /// - Returns: the media that were not there.
    /// - Throws: `SQLiteError`.
    public static func copy(_ path: String, to copy: String, keep: (String) -> Bool) throws -> (
        facts: DatabaseCopy.Facts, missing: [String]
    ) {
        // A medium may go between the state and the look: then a newer state does not refer to it.
        var tries = 0
        while true {
            tries += 1
            do {
                let (facts, missing) = try DatabaseCopy.make(of: path, at: copy) { transaction in
                    let names: [String] = try transaction.all(
                        "SELECT DISTINCT media_name FROM executions WHERE media_kind = 'kept' AND media_name IS NOT NULL"
                    ) { try $0["media_name"] }
                    let missing = names.filter { !keep($0) }
                    if !missing.isEmpty, tries < patience { throw Moved() }
                    return missing
                }
                return (facts, missing)
            } catch is Moved {
                continue
            }
        }
    }

    /// What is missing after so many looks was missing before.
    private static let patience = 50

    private struct Moved: Error {}

    /// Looks a restored database over. Blocks.
    public static func inspect(_ path: String) throws -> DatabaseCopy.Facts {
        try DatabaseCopy.inspect(path, applicationIdentifier: applicationIdentifier, migrations: migrations)
    }

    /// Whether this program works with a database of such facts.
    public static func knows(_ facts: DatabaseCopy.Facts) -> Bool {
        facts.schema <= migrations.count || facts.oldestReader <= migrations.count
    }
}
