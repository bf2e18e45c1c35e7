internal import Crypto
internal import EventLoops
internal import Glibc

/// A file that is being downloaded, with the hash of what it holds so far. Beside it lies the entity tag it came with.
///
/// All of it blocks; the owner calls it on a blocking pool, one call at a time.
final class PartFile: Sendable {
    private struct State {
        var hash: SHA256
        var size: Int64
    }

    let path: String
    private let file: OwnedDescriptor
    private let state: Guarded<State>

    /// Opens or makes the file, and reads what it holds of an earlier run.
    init(_ path: String) throws {
        self.path = path
        let file = try Disk.open(path, O_RDWR | O_CREAT)
        let hash = try SHA256()
        var size: Int64 = 0
        try Disk.read(file.number) { bytes in
            try hash.update(bytes)
            size += Int64(bytes.count)
        }
        self.file = file
        state = Guarded(State(hash: hash, size: size))
    }

    var size: Int64 { state.withLock { $0.size } }

    /// Writes behind what is there.
    func append(_ bytes: [UInt8]) throws {
        try state.withLock { state in
            try bytes.withUnsafeBytes { raw in
                try Disk.write(raw, to: file.number)
                try state.hash.update(raw)
            }
            state.size += Int64(bytes.count)
        }
    }

    /// Empties the file.
    func startOver() throws {
        try keepValidator(nil)
        try state.withLock { state in
            let number = file.number
            _ = try check("ftruncate") { ftruncate(number, 0) }
            guard lseek(number, 0, SEEK_SET) == 0 else { throw SystemCallError("lseek") }
            _ = try state.hash.finish()
            state.size = 0
        }
    }

    /// Makes the bytes durable and gives their hash.
    func finish() throws -> SHA256Digest {
        try state.withLock { state in
            try Disk.sync(file.number)
            return try state.hash.finish()
        }
    }

    /// The entity tag that the bytes came with from this URL.
    func validator(for url: String) throws -> String? {
        guard let bytes = try Disk.contents(of: tagPath, limit: 8_192) else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        return lines.count == 2 && lines[0] == url ? String(lines[1]) : nil
    }

    /// Remembers the entity tag, as a line of its URL and one of its own; `nil` forgets it.
    func keepValidator(_ validator: String?, for url: String = "") throws {
        guard let validator, validator.utf8.count < 1_024, !validator.contains(where: \.isNewline) else {
            return try Disk.remove(tagPath)
        }
        try Disk.replace(tagPath, with: Array("\(url)\n\(validator)\n".utf8))
    }

    /// Deletes the file and its tag.
    func delete() throws {
        try Disk.remove(tagPath)
        try Disk.remove(path)
    }

    private var tagPath: String { path + ".tag" }
}
