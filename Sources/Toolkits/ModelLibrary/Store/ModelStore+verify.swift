internal import Crypto
internal import EventLoops
internal import Glibc

extension ModelStore {
    /// Makes sure that a model's files are those that were installed, at the least cost: a file whose size, inode and
    /// times are unchanged since its hash was checked is not read again. To be called before a model is loaded.
    ///
    /// - Throws: `ModelError`: `damaged`, `notInstalled`, `badRecord`.
    @discardableResult
    public func confirm(_ name: String) throws(ModelError) -> InstalledModel { try check(name, readingAll: false) }

    /// Reads and hashes every file of a model.
    ///
    /// - Throws: `ModelError`: `damaged`, `notInstalled`, `badRecord`.
    @discardableResult
    public func verify(_ name: String) throws(ModelError) -> InstalledModel { try check(name, readingAll: true) }

    /// The same as `confirm`, for callers that hold the model's lock.
    func confirmLocked(_ name: String) throws(ModelError) -> InstalledModel {
        try check(name, readingAll: false, isLocked: true)
    }

    private func check(
        _ name: String, readingAll: Bool, isLocked: Bool = false
    ) throws(ModelError) -> InstalledModel {
        var record = try record(of: name)
        var hasNewStamps = false
        for index in record.files.indices {
            let file = record.files[index]
            let path = "\(path(of: name))/\(file.path)"
            let stamp = try stamp(of: path, in: name, file: file.path)
            if !readingAll, stamp == file.stamp { continue }
            guard stamp.size == file.bytes else { throw .damaged(name, file: file.path) }
            let (digest, freshStamp) = try withDisk { try Disk.digest(of: path) }
            guard digest.hex == file.sha256 else { throw .damaged(name, file: file.path) }
            hasNewStamps = hasNewStamps || freshStamp != file.stamp
            record.files[index].stamp = freshStamp
        }
        if hasNewStamps, !isLocked { try keepStamps(of: record) }
        return try withDisk { try InstalledModel(record, folder: self.path(of: name)) }
    }

    private func stamp(of path: String, in name: String, file: String) throws(ModelError) -> FileStamp {
        do throws(SystemCallError) {
            return try FileStamp(of: path)
        } catch {
            throw error.code == ENOENT ? .damaged(name, file: file) : .system(error)
        }
    }

    /// Writes the record with new stamps, so that the next check is quick.
    private func keepStamps(of record: ModelRecord) throws(ModelError) {
        do throws(ModelError) {
            let lock = try lock(record.name)
            // Removed or replaced in the meantime: then these stamps are nobody's.
            guard try self.record(of: record.name).files.map(\.sha256) == record.files.map(\.sha256) else { return }
            let bytes = try record.encoded()
            try withDisk { try Disk.replace("\(path(of: record.name))/\(ModelRecord.fileName)", with: bytes) }
            _ = lock
        } catch {
            switch error.code {
            // The files are right, which is what was asked. A folder that cannot be written, or that another process
            // holds, only costs the same reading again next time.
            case .busy, .notInstalled: return
            case .system(let call) where [EROFS, EACCES, EPERM].contains(call.code): return
            default: throw error
            }
        }
    }
}
