import CSystem
import Crypto
import EventLoops
import Glibc
import HostProcesses
import Jobs
import Transcription
import Uploads

/// A medium that is there from the start: kept, if it is, under a second name, without a copy.
final class WholeMedium: MediaIntake {
    private static let blockSize = 1 << 20

    private let file: Descriptor
    private let length: Int64
    private let mediaFolder: String
    private let pool: BlockingPool

    var descriptor: CInt { file.raw }
    var extent: MediaExtent { MediaExtent(available: length, isComplete: true) }

    init(path: String, length: Int64, mediaFolder: String, pool: BlockingPool) throws(UploadError) {
        let raw = csystem_open(path, O_RDONLY, 0)
        guard raw >= 0 else { throw UploadFiles.failure() }
        file = Descriptor(owning: raw)
        self.length = length
        self.mediaFolder = mediaFolder
        self.pool = pool
    }

    func wait(forBytesBefore end: Int64) async throws -> MediaExtent { extent }

    func append(_ bytes: [UInt8]) async throws(MediaVaultError) { throw .broken("the medium is complete") }

    func fail(_ error: DecodingError) async {}

    func complete() async throws(MediaVaultError) -> MediaDigest {
        try await pool.work { () throws(MediaVaultError) in
            do {
                return MediaDigest(sha256: try self.hash(), bytes: self.length)
            } catch {
                throw .broken("\(error)")
            }
        }
    }

    private func hash() throws -> String {
        let hash = try SHA256()
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.blockSize, alignment: 16)
        defer { block.deallocate() }
        var offset: Int64 = 0
        while offset < length {
            let wanted = min(Int64(block.count), length - offset)
            let count = pread(file.raw, block.baseAddress, Int(wanted), off_t(offset))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw MediaVaultError.gone }
            try hash.update(UnsafeRawBufferPointer(rebasing: block[..<count]))
            offset += Int64(count)
        }
        return try hash.finish().hex
    }

    func keep(as name: String) async throws(MediaVaultError) {
        guard JobID(name) != nil else { throw .broken("the name is not one of the server's") }
        try await pool.work { () throws(MediaVaultError) in
            let path = "\(self.mediaFolder)/\(name)"
            guard linkat(AT_FDCWD, "/proc/self/fd/\(self.file.raw)", AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 else {
                throw FolderIntake.failure()
            }
            try FolderIntake.sync(folder: self.mediaFolder)
        }
    }
}
