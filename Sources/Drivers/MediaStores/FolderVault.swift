import CSystem
import EventLoops
import FoundationEssentials
import Glibc
import HostProcesses
public import Jobs
public import Transcription

/// Media in a folder: one file each, named by the server, never by a user.
public final class FolderVault: MediaVault {
    private let folder: String
    private let maximumBytes: Int64
    /// Bytes of the disk that stay free, so that the queue can still be written.
    private let reserve: Int64
    /// Seconds before a file may be swept: in a folder of several nodes others have just received what nobody knows.
    private let safeAge: Double
    private let pool: BlockingPool

    /// What is smaller and promised to nobody is received in memory.
    private static let smallest: Int64 = 32 << 20
    private let memory = MemoryBudget(bytes: 256 << 20)

    /// - Parameters:
    ///   - folder: made if it is missing.
    ///   - maximumBytes: the largest medium.
    ///   - isShared: other nodes write into it too.
    public init(folder: String, maximumBytes: Int64, reserve: Int64 = 64 << 20, isShared: Bool = false) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        self.folder = folder
        self.maximumBytes = maximumBytes
        self.reserve = reserve
        safeAge = isShared ? 86_400 : 0
        pool = try BlockingPool(threads: 4, queue: 100_000, name: "media")
    }

    public func receive(atMost bytes: Int64?) async throws(MediaVaultError) -> any MediaIntake {
        let (folder, limit, reserve, pool) = (folder, maximumBytes, reserve, pool)
        if let bytes, bytes <= Self.smallest, let share = memory.share(of: bytes) {
            return try FolderIntake(folder: folder, limits: (min(limit, bytes), reserve), pool: pool, memory: share)
        }
        return try await pool.work { () throws(MediaVaultError) -> FolderIntake in
            if Self.freeBytes(folder) <= reserve { throw .noRoom }
            return try FolderIntake(folder: folder, limits: (limit, reserve), pool: pool, memory: nil)
        }
    }

    public func open(_ name: String) async throws(MediaVaultError) -> any MediaSource {
        let path = try path(name)
        return try await pool.work { () throws(MediaVaultError) -> MediaFile in
            guard let file = try? MediaFile(path: path.utf8CString.map(\.self)) else { throw .gone }
            return file
        }
    }

    public func remove(_ name: String) async {
        guard let path = try? path(name) else { return }
        _ = try? await pool.run { unlink(path) }
    }

    public func names() async throws(MediaVaultError) -> Set<String> {
        let (folder, safeAge) = (folder, safeAge)
        return try await pool.work { () throws(MediaVaultError) in
            guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
                throw .broken("the media folder cannot be read")
            }
            guard safeAge > 0 else { return Set(names) }
            let oldest = Double(time(nil)) - safeAge
            return Set(names.filter { Self.modified("\(folder)/\($0)") < oldest })
        }
    }

    /// Seconds since 1970; a file that is gone meanwhile is of no age.
    private static func modified(_ path: String) -> Double {
        var status = stat()
        return stat(path, &status) == 0 ? Double(status.st_mtim.tv_sec) : .infinity
    }

    public func room() async -> Int64 {
        let folder = folder
        let free = try? await pool.run { Self.freeBytes(folder) }
        return max(0, (free ?? 0) - reserve)
    }

    /// Bytes on the folder's disk that this process may fill.
    static func freeBytes(_ folder: String) -> Int64 {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return 0 }
        return Int64(clamping: status.f_bavail) * Int64(clamping: status.f_frsize)
    }

    /// Names are the server's own; anything else is a fault of the caller, and not a path.
    private func path(_ name: String) throws(MediaVaultError) -> String {
        guard JobID(name) != nil else { throw .gone }
        return "\(folder)/\(name)"
    }
}

extension BlockingPool {
    /// Runs blocking work whose errors are the vault's.
    func work<Value: Sendable>(
        _ body: @escaping @Sendable () throws(MediaVaultError) -> Value
    ) async throws(MediaVaultError) -> Value {
        do {
            return try await run { try body() }
        } catch let error as MediaVaultError {
            throw error
        } catch {
            throw .broken("\(error)")
        }
    }
}
