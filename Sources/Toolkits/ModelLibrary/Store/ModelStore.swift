internal import EventLoops

/// The models folder: one folder for each model with a `model.json` in it, and beside them, with names that begin with
/// a dot, what is being downloaded or installed.
///
/// Its calls block and belong on a blocking pool or the main thread of a command. What a crash leaves half done is
/// cleaned up by the next change of the same model; a model's folder itself appears and goes as a whole.
public struct ModelStore: Sendable {
    /// The models folder; made when first needed.
    public let folder: String

    public init(folder: String) {
        self.folder = folder.hasSuffix("/") && folder.count > 1 ? String(folder.dropLast()) : folder
    }

    /// A model's folder that cannot be used, and why.
    public struct Fault: Sendable, Hashable {
        public let name: String
        public let error: ModelError

        public static func == (a: Fault, b: Fault) -> Bool { a.name == b.name && a.error == b.error }
        public func hash(into hasher: inout Hasher) { hasher.combine(name) }
    }

    /// Every model whose record can be read, by name; no file is hashed.
    public func installed() throws(ModelError) -> [InstalledModel] { try contents().models }

    /// Every model whose record can be read, and the folders where that failed.
    public func contents() throws(ModelError) -> (models: [InstalledModel], faults: [Fault]) {
        var models: [InstalledModel] = []
        var faults: [Fault] = []
        for name in try withDisk({ try Disk.names(in: folder) }) where ModelName.isValid(name) {
            guard Disk.isFolder(path(of: name)) else { continue }
            do throws(ModelError) {
                models.append(try model(named: name))
            } catch {
                faults.append(Fault(name: name, error: error))
            }
        }
        return (models, faults)
    }

    /// The model of this name.
    ///
    /// - Throws: `ModelError`: `notInstalled`, `badRecord`.
    public func model(named name: String) throws(ModelError) -> InstalledModel {
        let record = try record(of: name)
        return try withDisk { try InstalledModel(record, folder: path(of: name)) }
    }

    /// Deletes a model, and what was downloaded of it.
    ///
    /// - Throws: `ModelError`: `notInstalled` when there is neither, `busy`.
    public func remove(_ name: String) throws(ModelError) {
        try ModelName.check(name)
        guard Disk.exists(path(of: name)) || Disk.exists(downloads(of: name)) else { throw .notInstalled(name) }
        let lock = try lock(name)
        try withDisk {
            // The record goes first: a folder without one is no model, whatever a crash leaves of the rest.
            try Disk.remove("\(path(of: name))/\(ModelRecord.fileName)")
            try Disk.remove(path(of: name))
            try Disk.remove(downloads(of: name))
            try Disk.syncFolder(folder)
        }
        _ = lock
    }

    // MARK: Places

    func path(of name: String) -> String { "\(folder)/\(name)" }
    func downloads(of name: String) -> String { "\(folder)/.downloads/\(name)" }
    func staging(of name: String) -> String { "\(folder)/.staging-\(name)" }
    func replaced(of name: String) -> String { "\(folder)/.replaced-\(name)" }

    // MARK: Records and locks

    func record(of name: String) throws(ModelError) -> ModelRecord {
        try ModelName.check(name)
        let folder = path(of: name)
        let bytes = try withDisk { try Disk.contents(of: "\(folder)/\(ModelRecord.fileName)") }
        guard let bytes else {
            throw Disk.exists(folder) ? .badRecord(name) : .notInstalled(name)
        }
        return try ModelRecord.read(bytes, name: name)
    }

    /// The right to change a model, until the value goes. Puts back what a crash left aside.
    func lock(_ name: String) throws(ModelError) -> ModelLock {
        try ModelName.check(name)
        return try withDisk {
            try Disk.makeFolders("\(folder)/.locks")
            let lock = try ModelLock("\(folder)/.locks/\(name).lock", model: name)
            if Disk.exists(replaced(of: name)), !Disk.exists(path(of: name)) {
                try Disk.rename(replaced(of: name), to: path(of: name))
            }
            try Disk.remove(replaced(of: name))
            try Disk.remove(staging(of: name))
            return lock
        }
    }

    /// Turns whatever file work throws into this library's error.
    func withDisk<Value>(_ body: () throws -> Value) throws(ModelError) -> Value {
        do {
            return try body()
        } catch let error as ModelError {
            throw error
        } catch let error as SystemCallError {
            throw .system(error)
        } catch let error as ArchiveError {
            throw .badArchive(error)
        } catch {
            // Only OpenSSL is left: out of memory, or SHA-256 forbidden.
            throw ModelError(.damaged, "The file's hash could not be computed: \(error).")
        }
    }
}
