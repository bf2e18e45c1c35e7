import CSystem
import Crypto
import EventLoops
import Glibc
import HostProcesses
import Jobs
import Transcription

/// A medium on its way into a folder: an unlinked file, or memory that is copied into one, until it is kept.
final class FolderIntake: MediaIntake {
    /// Free space is looked at again after so many bytes.
    private static let checkEvery: Int64 = 16 << 20

    /// Touched by one call at a time, each on a thread of the pool.
    private struct Progress {
        var hash: SHA256
        var bytes: Int64 = 0
        var checkedAt: Int64 = 0
        var digest: MediaDigest?
    }

    private let folder: String
    private let maximumBytes: Int64
    private let reserve: Int64
    private let pool: BlockingPool
    /// What it takes of all media in memory; `nil` on disk.
    private let memory: MemoryBudget.Share?
    private let file: Descriptor
    private let reading: Descriptor
    private let growth = MediaGrowth()
    private let progress: Guarded<Progress>

    var descriptor: CInt { reading.raw }
    var extent: MediaExtent { growth.extent }

    /// - Parameter limits: bytes of the medium, and bytes of the disk that stay free.
    init(
        folder: String, limits: (bytes: Int64, reserve: Int64), pool: BlockingPool,
        memory: MemoryBudget.Share?
    ) throws(MediaVaultError) {
        let raw = memory == nil ? csystem_open_unlinked(folder) : csystem_memory_file("media")
        guard raw >= 0 else { throw Self.failure() }
        file = Descriptor(owning: raw)
        let again = csystem_open("/proc/self/fd/\(raw)", O_RDONLY, 0)
        guard again >= 0 else { throw Self.failure() }
        reading = Descriptor(owning: again)
        guard let hash = try? SHA256() else { throw .broken("OpenSSL has no SHA-256") }
        progress = Guarded(Progress(hash: hash))
        self.folder = folder
        self.memory = memory
        maximumBytes = limits.bytes
        reserve = limits.reserve
        self.pool = pool
    }

    func wait(forBytesBefore end: Int64) async throws -> MediaExtent { try await growth.wait(forBytesBefore: end) }

    func append(_ bytes: [UInt8]) async throws(MediaVaultError) {
        do {
            try await pool.work { () throws(MediaVaultError) in try self.write(bytes) }
        } catch {
            growth.fail(DecodingError(error == .noRoom ? .diskFull : .sourceFailed, error.description))
            throw error
        }
        growth.grow(by: Int64(bytes.count))
    }

    private func write(_ bytes: [UInt8]) throws(MediaVaultError) {
        try progress.withLock { (progress: inout Progress) throws(MediaVaultError) in
            guard progress.bytes + Int64(bytes.count) <= maximumBytes else { throw .tooLarge(limit: maximumBytes) }
            if progress.bytes - progress.checkedAt >= Self.checkEvery {
                progress.checkedAt = progress.bytes
                if FolderVault.freeBytes(folder) <= reserve { throw .noRoom }
            }
            guard Descriptor.writeAll(bytes, to: file.raw) else { throw Self.failure() }
            do { try progress.hash.update(bytes) } catch { throw .broken("\(error)") }
            progress.bytes += Int64(bytes.count)
        }
    }

    func complete() async throws(MediaVaultError) -> MediaDigest {
        let digest = try progress.withLock { (progress: inout Progress) throws(MediaVaultError) in
            if let digest = progress.digest { return digest }
            guard let hash = try? progress.hash.finish() else { throw .broken("OpenSSL cannot hash") }
            let digest = MediaDigest(sha256: hash.hex, bytes: progress.bytes)
            progress.digest = digest
            return digest
        }
        growth.complete()
        return digest
    }

    func fail(_ error: DecodingError) async { growth.fail(error) }

    /// The bytes, then the name, then the folder: in this order each step that a power cut leaves is whole.
    func keep(as name: String) async throws(MediaVaultError) {
        guard JobID(name) != nil else { throw .broken("the name is not one of the server's") }
        try await pool.work { () throws(MediaVaultError) in
            let file = self.memory == nil ? self.file : try self.copyOnDisk()
            guard fsync(file.raw) == 0 else { throw Self.failure() }
            let path = "\(self.folder)/\(name)"
            guard linkat(AT_FDCWD, "/proc/self/fd/\(file.raw)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 else {
                throw Self.failure()
            }
            try Self.sync(folder: self.folder)
        }
    }

    /// A promise was asked for after all.
    private func copyOnDisk() throws(MediaVaultError) -> Descriptor {
        if FolderVault.freeBytes(folder) <= reserve { throw .noRoom }
        let raw = csystem_open_unlinked(folder)
        guard raw >= 0 else { throw Self.failure() }
        let copy = Descriptor(owning: raw)
        var offset: off_t = 0
        while offset < growth.extent.available {
            guard sendfile(raw, file.raw, &offset, 1 << 30) > 0 else { throw Self.failure() }
        }
        return copy
    }

    static func sync(folder: String) throws(MediaVaultError) {
        let raw = csystem_open(folder, O_RDONLY | O_DIRECTORY, 0)
        guard raw >= 0 else { throw failure() }
        defer { close(raw) }
        guard fsync(raw) == 0 else { throw failure() }
    }

    static func failure(_ number: CInt = errno) -> MediaVaultError {
        switch number {
        case ENOSPC, EDQUOT, EFBIG: .noRoom
        default: .broken(String(cString: strerror(number)))
        }
    }
}
