import CSystem
import EventLoops
import Glibc
import HostProcesses
public import Jobs
public import ObjectStorage
public import Transcription

/// Media in a bucket that all nodes share.
///
/// What arrives is spooled on this machine, as with a folder, and goes to the bucket when it is kept. What is opened
/// comes by ranges into an unlinked file that can be read while it grows.
public final class S3Vault: MediaVault {
    /// What another node received and has not yet promised anything for must not be swept.
    static let safeAge = 86_400.0

    private let client: S3Client
    private let spool: FolderVault
    private let folder: String
    private let pool: BlockingPool
    /// Seconds since 1970.
    private let now: @Sendable () -> Double

    /// - Parameters:
    ///   - folder: for media on its way; emptied by whoever uses it, since nothing there has a name.
    ///   - maximumBytes: the largest medium.
    public init(
        _ client: S3Client, folder: String, maximumBytes: Int64, reserve: Int64 = 64 << 20,
        now: @escaping @Sendable () -> Double
    ) throws {
        self.client = client
        self.folder = folder
        self.now = now
        spool = try FolderVault(folder: folder, maximumBytes: maximumBytes, reserve: reserve)
        pool = try BlockingPool(threads: 4, queue: 100_000, name: "bucket")
    }

    public func receive(atMost bytes: Int64?) async throws(MediaVaultError) -> any MediaIntake {
        S3Intake(try await spool.receive(atMost: bytes), client, pool)
    }

    public func open(_ name: String) async throws(MediaVaultError) -> any MediaSource {
        guard JobID(name) != nil else { throw .gone }
        do {
            return try S3Medium(try await client.head(name), client, folder: folder, pool)
        } catch {
            throw .from(error)
        }
    }

    public func remove(_ name: String) async {
        guard JobID(name) != nil else { return }
        // What stays is swept after a day.
        try? await client.remove(name)
    }

    /// Only what is older than a day: what other nodes have just received is nobody's business here.
    public func names() async throws(MediaVaultError) -> Set<String> {
        do {
            let oldest = now() - Self.safeAge
            return Set(try await client.list().filter { $0.modified < oldest }.map(\.key))
        } catch {
            throw .from(error)
        }
    }

    public func room() async -> Int64 { await spool.room() }
}

extension MediaVaultError {
    static func from(_ error: any Error) -> MediaVaultError {
        switch error {
        case let error as MediaVaultError: error
        case S3Error.notFound: .gone
        default: .broken("\(error)")
        }
    }
}
