import CSystem
import EventLoops
import Glibc
import HostProcesses
import Uploads

/// Adds to the bytes of one upload. One caller at a time.
final class FolderUploadWriter: UploadWriter {
    /// Free space is looked at again after so many bytes.
    private static let checkEvery: Int64 = 16 << 20

    private struct Place {
        var offset: Int64
        var checkedAt: Int64
    }

    private let files: UploadFiles
    private let record: UploadRecord
    private let boot: String
    private let reserve: Int64
    private let pool: BlockingPool
    private let file: Descriptor
    private let place: Guarded<Place>

    init(
        _ files: UploadFiles, _ state: UploadState, boot: String, reserve: Int64, pool: BlockingPool
    ) throws(UploadError) {
        self.files = files
        self.boot = boot
        self.reserve = reserve
        self.pool = pool
        record = state.record
        let raw = csystem_open(files.bytes, O_WRONLY, 0)
        guard raw >= 0 else { throw UploadFiles.failure() }
        file = Descriptor(owning: raw)
        // Behind the offset may lie what a power cut left.
        guard Self.cut(raw, at: state.offset) else {
            throw UploadFiles.failure()
        }
        place = Guarded(Place(offset: state.offset, checkedAt: -Self.checkEvery))
    }

    func append(_ bytes: [UInt8]) async throws(UploadError) {
        try await pool.perform { () throws(UploadError) in
            try self.place.withLock { (place: inout Place) throws(UploadError) in
                if place.offset - place.checkedAt >= Self.checkEvery {
                    place.checkedAt = place.offset
                    if FolderVault.freeBytes(self.files.folder) <= self.reserve { throw .noRoom }
                }
                guard Descriptor.writeAll(bytes, to: self.file.raw) else {
                    let error = UploadFiles.failure()
                    // A part of the bytes may have been written: the next piece begins where the last whole one ended.
                    _ = Self.cut(self.file.raw, at: place.offset)
                    throw error
                }
                place.offset += Int64(bytes.count)
            }
        }
    }

    func commit() async throws(UploadError) {
        try await pool.perform { () throws(UploadError) in
            guard fdatasync(self.file.raw) == 0 else { throw UploadFiles.failure() }
            try self.note(self.place.withLock { $0.offset })
        }
    }

    func rollBack(to offset: Int64) async throws(UploadError) {
        try await pool.perform { () throws(UploadError) in
            guard Self.cut(self.file.raw, at: offset), fdatasync(self.file.raw) == 0 else {
                throw UploadFiles.failure()
            }
            self.place.withLock { $0.offset = offset }
            try self.note(offset)
        }
    }

    /// Ends the file at `offset` and goes on from there.
    private static func cut(_ file: CInt, at offset: Int64) -> Bool {
        ftruncate(file, off_t(offset)) == 0 && lseek(file, off_t(offset), SEEK_SET) == off_t(offset)
    }

    private func note(_ offset: Int64) throws(UploadError) {
        try files.write(UploadNote(record: record, committed: offset, boot: boot))
    }
}
