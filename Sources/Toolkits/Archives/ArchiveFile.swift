internal import CSystem
internal import Glibc
internal import HostProcesses

/// An open file that is read or written from its beginning to its end. Its calls block.
final class ArchiveFile {
    private let descriptor: Descriptor

    private init(_ raw: CInt) { descriptor = Descriptor(owning: raw) }

    static func reading(_ path: String) throws(ArchiveError) -> ArchiveFile {
        let raw = csystem_open(path, O_RDONLY, 0)
        guard raw >= 0 else { throw .system(action: "opening a file of the archive", code: errno) }
        return ArchiveFile(raw)
    }

    /// Only its owner may read it; what lies there already is refused.
    static func creating(_ path: String) throws(ArchiveError) -> ArchiveFile {
        let raw = csystem_open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard raw >= 0 else { throw failure("making a file") }
        return ArchiveFile(raw)
    }

    func length() throws(ArchiveError) -> Int64 {
        var status = stat()
        guard fstat(descriptor.raw, &status) == 0 else { throw Self.failure("looking at a file") }
        return Int64(status.st_size)
    }

    /// Up to so many bytes; fewer only at the end.
    func read(_ count: Int) throws(ArchiveError) -> [UInt8] {
        var filled = 0
        var code: CInt = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialised in
            while filled < count, let base = buffer.baseAddress {
                let got = Glibc.read(descriptor.raw, base + filled, count - filled)
                if got < 0, errno == EINTR { continue }
                if got < 0 { code = errno }
                if got <= 0 { break }
                filled += got
            }
            initialised = filled
        }
        if code != 0 { throw .system(action: "reading a file", code: code) }
        return bytes
    }

    func write(_ bytes: [UInt8]) throws(ArchiveError) {
        guard Descriptor.writeAll(bytes, to: descriptor.raw) else { throw Self.failure("writing a file") }
    }

    func synchronise() throws(ArchiveError) {
        guard fsync(descriptor.raw) == 0 else { throw Self.failure("writing a file to the disk") }
    }

    /// Makes names in a folder durable.
    static func synchroniseFolder(_ path: String) throws(ArchiveError) {
        let raw = csystem_open(path, O_RDONLY | O_DIRECTORY, 0)
        guard raw >= 0 else { throw failure("opening a folder") }
        let folder = Descriptor(owning: raw)
        guard fsync(folder.raw) == 0 else { throw failure("writing a folder to the disk") }
    }

    static func failure(_ action: String, _ code: CInt = errno) -> ArchiveError {
        switch code {
        case ENOSPC, EDQUOT, EFBIG: .noRoom
        default: .system(action: action, code: code)
        }
    }
}
