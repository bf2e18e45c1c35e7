import CSystem
import EventLoops
import FoundationEssentials
import Glibc
import HostProcesses
public import Jobs
public import Uploads

/// Uploads in a folder: the bytes of each in one file, what is known of it in another.
///
/// How much has come is the length of the first file. After a power cut a file may be longer than what was written to
/// it, so a start of the machine other than the one that wrote it believes only what was committed.
public final class FolderUploads: UploadVault {
    private let folder: String
    private let mediaFolder: String
    private let reserve: Int64
    private let boot: String
    private let pool: BlockingPool

    /// - Parameters:
    ///   - folder: made if it is missing; on the same disk as `mediaFolder`, the folder of a `FolderVault`.
    ///   - reserve: bytes of the disk that stay free.
    ///   - boot: names this start of the machine.
    public init(folder: String, mediaFolder: String, boot: String, reserve: Int64 = 64 << 20) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        self.folder = folder
        self.mediaFolder = mediaFolder
        self.boot = boot
        self.reserve = reserve
        pool = try BlockingPool(threads: 4, queue: 100_000, name: "uploads")
        UploadFiles.removeOrphans(in: folder)
    }

    public func create(_ record: UploadRecord) async throws(UploadError) {
        let files = UploadFiles(folder: folder, id: record.id)
        let note = UploadNote(record: record, committed: 0, boot: boot)
        try await pool.perform { () throws(UploadError) in
            try files.makeBytes()
            try files.write(note)
        }
    }

    public func state(_ id: UploadID) async throws(UploadError) -> UploadState? {
        let (files, boot) = (UploadFiles(folder: folder, id: id), boot)
        return try await pool.perform { () throws(UploadError) in try files.state(boot: boot) }
    }

    public func states() async throws(UploadError) -> [UploadState] {
        let (folder, boot) = (folder, boot)
        return try await pool.perform { () throws(UploadError) in
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
                throw .broken("the folder of uploads cannot be read")
            }
            var states: [UploadState] = []
            for name in names where name.hasSuffix(UploadFiles.noteSuffix) {
                guard let id = UploadID(name.dropLast(UploadFiles.noteSuffix.count)) else { continue }
                if let state = try UploadFiles(folder: folder, id: id).state(boot: boot) { states.append(state) }
            }
            return states
        }
    }

    public func open(_ id: UploadID) async throws(UploadError) -> any UploadWriter {
        let (files, boot, pool, reserve) = (UploadFiles(folder: folder, id: id), boot, pool, reserve)
        return try await pool.perform { () throws(UploadError) -> FolderUploadWriter in
            guard let state = try files.state(boot: boot) else { throw .notFound }
            return try FolderUploadWriter(files, state, boot: boot, reserve: reserve, pool: pool)
        }
    }

    public func medium(_ id: UploadID) async throws(UploadError) -> any MediaIntake {
        let (files, boot, pool, mediaFolder) = (UploadFiles(folder: folder, id: id), boot, pool, mediaFolder)
        return try await pool.perform { () throws(UploadError) -> WholeMedium in
            guard let state = try files.state(boot: boot) else { throw .notFound }
            guard state.isComplete else { throw .incomplete }
            return try WholeMedium(path: files.bytes, length: state.offset, mediaFolder: mediaFolder, pool: pool)
        }
    }

    public func remove(_ id: UploadID) async throws(UploadError) {
        let files = UploadFiles(folder: folder, id: id)
        try await pool.perform { () throws(UploadError) in try files.remove() }
    }

    public func room() async -> Int64 {
        let folder = folder
        let free = try? await pool.run { FolderVault.freeBytes(folder) }
        return max(0, (free ?? 0) - reserve)
    }
}

extension BlockingPool {
    /// Runs blocking work whose errors are those of uploads.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable () throws(UploadError) -> Value
    ) async throws(UploadError) -> Value {
        do {
            return try await run { try body() }
        } catch let error as UploadError {
            throw error
        } catch {
            throw .broken("\(error)")
        }
    }
}
