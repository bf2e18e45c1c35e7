import CSystem
import FoundationEssentials
import Glibc
import HostProcesses
import Uploads

/// What is written down of an upload beside its bytes.
struct UploadNote: Codable {
    var record: UploadRecord
    /// Bytes that were made durable.
    var committed: Int64
    /// The start of the machine in which that was.
    var boot: String
}

/// The two files of one upload. Every call blocks.
struct UploadFiles: Sendable {
    static let noteSuffix = ".json"
    private static let bytesSuffix = ".part"
    private static let freshSuffix = ".new"

    let folder: String
    let id: UploadID

    var bytes: String { "\(folder)/\(id.text)\(Self.bytesSuffix)" }
    private var note: String { "\(folder)/\(id.text)\(Self.noteSuffix)" }

    func makeBytes() throws(UploadError) {
        let raw = csystem_open(bytes, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard raw >= 0 else { throw Self.failure() }
        close(raw)
    }

    /// Through a file of another name, so that a power cut leaves the old note or the new one.
    func write(_ content: UploadNote) throws(UploadError) {
        guard let json = try? JSONEncoder().encode(content) else { throw .broken("its description cannot be written") }
        let temporary = note + Self.freshSuffix
        let raw = csystem_open(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard raw >= 0 else { throw Self.failure() }
        let file = Descriptor(owning: raw)
        guard Descriptor.writeAll(Array(json), to: file.raw), fsync(file.raw) == 0,
            rename(temporary, note) == 0
        else { throw Self.failure() }
        try syncFolder()
    }

    /// `nil` when there is no such upload.
    func state(boot: String) throws(UploadError) -> UploadState? {
        guard let content = try read() else { return nil }
        var status = stat()
        guard stat(bytes, &status) == 0 else { return nil }
        let size = min(Int64(status.st_size), content.record.length)
        let isSameBoot = content.boot == boot && !boot.isEmpty
        return UploadState(
            record: content.record, offset: isSameBoot ? size : min(size, content.committed),
            touchedAt: max(content.record.createdAt, Double(status.st_mtim.tv_sec)))
    }

    private func read() throws(UploadError) -> UploadNote? {
        guard let json = FileManager.default.contents(atPath: note) else {
            if access(note, F_OK) == 0 { throw .broken("its description cannot be read") }
            return nil
        }
        // Written whole or not at all: what cannot be read was damaged since, and nothing can go on from it.
        guard let content = try? JSONDecoder().decode(UploadNote.self, from: json), content.record.id == id else {
            return nil
        }
        return content
    }

    func remove() throws(UploadError) {
        for path in [note, bytes] where unlink(path) != 0 && errno != ENOENT { throw Self.failure() }
        try syncFolder()
    }

    /// Removes what a kill between two steps left behind: bytes that nothing describes, and half-written descriptions.
    static func removeOrphans(in folder: String) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
        let notes = Set(names.filter { $0.hasSuffix(noteSuffix) }.map { $0.dropLast(noteSuffix.count) })
        for name in names {
            let isOrphan = name.hasSuffix(bytesSuffix) && !notes.contains(name.dropLast(bytesSuffix.count))
            if isOrphan || name.hasSuffix(freshSuffix) { unlink("\(folder)/\(name)") }
        }
    }

    private func syncFolder() throws(UploadError) {
        let raw = csystem_open(folder, O_RDONLY | O_DIRECTORY, 0)
        guard raw >= 0 else { throw Self.failure() }
        defer { close(raw) }
        guard fsync(raw) == 0 else { throw Self.failure() }
    }

    static func failure(_ number: CInt = errno) -> UploadError {
        switch number {
        case ENOSPC, EDQUOT, EFBIG: .noRoom
        case ENOENT: .notFound
        default: .broken(String(cString: strerror(number)))
        }
    }
}
