internal import Crypto
internal import EventLoops
internal import Glibc

/// Files and folders as the library needs them: every call checked, every write made durable. All of it blocks.
enum Disk {
    /// Opens a file. A name that is a link is refused unless `followingLinks`.
    static func open(
        _ path: String, _ flags: Int32, mode: mode_t = 0o644, followingLinks: Bool = false
    ) throws(SystemCallError) -> OwnedDescriptor {
        let all = flags | O_CLOEXEC | (followingLinks ? 0 : O_NOFOLLOW)
        return OwnedDescriptor(taking: try check("open") { Glibc.open(path, all, mode) })
    }

    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(SystemCallError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemCallError("write") }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Reads a file to its end in pieces of up to 1 MiB.
    static func read(_ descriptor: Int32, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemCallError("read") }
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// A small file whole; `nil` when there is none.
    static func contents(of path: String, limit: Int = 1 << 20) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        do {
            let file = try open(path, O_RDONLY)
            try read(file.number) { piece in
                guard bytes.count + piece.count <= limit else { throw SystemCallError("read", code: EFBIG) }
                bytes += piece
            }
        } catch let error as SystemCallError where error.code == ENOENT {
            return nil
        }
        return bytes
    }

    /// Writes a small file beside its place, makes it durable and puts it there at once.
    static func replace(_ path: String, with bytes: [UInt8]) throws {
        let draft = path + ".new"
        let file = try open(draft, O_WRONLY | O_CREAT | O_TRUNC)
        try bytes.withUnsafeBytes { try write($0, to: file.number) }
        try sync(file.number)
        try rename(draft, to: path)
    }

    static func sync(_ descriptor: Int32) throws(SystemCallError) {
        _ = try check("fsync") { fsync(descriptor) }
    }

    /// Makes the names in a folder durable.
    static func syncFolder(_ path: String) throws(SystemCallError) {
        let folder = try open(path, O_RDONLY | O_DIRECTORY)
        try sync(folder.number)
    }

    static func rename(_ from: String, to: String) throws(SystemCallError) {
        _ = try check("rename") { Glibc.rename(from, to) }
    }

    static func makeFolder(_ path: String) throws(SystemCallError) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        throw SystemCallError("mkdir")
    }

    /// The folder and those above it that are missing.
    static func makeFolders(_ path: String) throws(SystemCallError) {
        var end = path.startIndex
        while let slash = path[end...].dropFirst().firstIndex(of: "/") {
            try makeFolder(String(path[..<slash]))
            end = slash
        }
        try makeFolder(path)
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func isRegularFile(_ descriptor: Int32) throws(SystemCallError) -> Bool {
        var status = stat()
        _ = try check("fstat") { fstat(descriptor, &status) }
        return status.st_mode & S_IFMT == S_IFREG
    }

    /// The names in a folder, in order of the alphabet; none when there is no such folder.
    static func names(in path: String) throws(SystemCallError) -> [String] {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return [] }
            throw SystemCallError("opendir")
        }
        defer { closedir(folder) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else {
                if errno != 0 { throw SystemCallError("readdir") }
                return names.sorted()
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }

    /// Removes a file or a folder with all that is in it; nothing there is fine. Links are removed, not followed.
    static func remove(_ path: String) throws(SystemCallError) {
        if unlink(path) == 0 || errno == ENOENT { return }
        guard errno == EISDIR || errno == EPERM else { throw SystemCallError("unlink") }
        for name in try names(in: path) { try remove("\(path)/\(name)") }
        _ = try check("rmdir") { rmdir(path) }
    }

    /// Bytes that an ordinary user may still write on the file system of a folder.
    static func freeBytes(at path: String) throws(SystemCallError) -> Int64 {
        var status = statvfs()
        _ = try check("statvfs") { statvfs(path, &status) }
        return Int64(
            clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }

    /// The SHA-256 and stamp of a file, read whole.
    static func digest(
        of path: String, followingLinks: Bool = false
    ) throws -> (digest: SHA256Digest, stamp: FileStamp) {
        let file = try open(path, O_RDONLY, followingLinks: followingLinks)
        // Taken first: a write during the reading changes the stamp and shows later.
        let stamp = try FileStamp(of: file.number)
        let hash = try SHA256()
        try read(file.number) { try hash.update($0) }
        return (try hash.finish(), stamp)
    }
}

extension SystemCallError {
    /// No space, no quota, or past the largest file that is allowed.
    var meansDiskFull: Bool { code == ENOSPC || code == EDQUOT || code == EFBIG }
}
