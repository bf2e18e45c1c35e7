internal import Crypto
internal import EventLoops
internal import Glibc
public import Streaming

/// Pages in a folder, each a file with its digest before its bytes: one that a power cut tore is not there.
public actor FolderPages: PageArchive {
    private let folder: String
    private let capacity: Int
    private let pool: BlockingPool
    /// Bytes of each file, and when it was last asked for: a count, not a time.
    private var sizes: [String: (bytes: Int, use: Int)] = [:]
    private var total = 0
    private var uses = 0
    private var writing: Set<String> = []

    /// Opens a folder, made when it is not there, and takes up what is in it.
    /// - Parameter capacity: bytes; beyond them the longest unused go.
    public static func open(_ folder: String, capacity: Int) async throws -> FolderPages {
        let pool = try BlockingPool(threads: 2, queue: 256, name: "pages")
        let found = try await pool.run { try PageFile.list(folder) }
        let pages = FolderPages(folder, capacity, pool, found)
        await pages.makeRoom()
        return pages
    }

    private init(_ folder: String, _ capacity: Int, _ pool: BlockingPool, _ found: [(name: String, bytes: Int)]) {
        self.folder = folder
        self.capacity = capacity
        self.pool = pool
        for one in found {
            uses += 1
            sizes[one.name] = (one.bytes, uses)
            total += one.bytes
        }
    }

    public var bytes: Int { total }

    public func page(_ name: PageName) async -> [UInt8]? {
        guard let file = Self.file(name), sizes[file] != nil else { return nil }
        uses += 1
        sizes[file]?.use = uses
        let path = "\(folder)/\(file)"
        // A folder that cannot be read is an empty one.
        let bytes = (try? await pool.run { PageFile.read(path) }) ?? nil
        if bytes == nil { forget(file) }
        return bytes
    }

    public func keep(_ name: PageName, _ bytes: [UInt8]) async {
        guard let file = Self.file(name), sizes[file] == nil, bytes.count <= capacity,
            writing.insert(file).inserted
        else { return }
        let path = "\(folder)/\(file)"
        let isKept = (try? await pool.run { PageFile.write(bytes, path) }) ?? false
        writing.remove(file)
        guard isKept, sizes[file] == nil else { return }
        uses += 1
        sizes[file] = (bytes.count, uses)
        total += bytes.count
        await makeRoom()
    }

    private func makeRoom() async {
        guard total > capacity else { return }
        // A tenth at once, so that it is not sorted for each page.
        var victims: [String] = []
        for (file, _) in sizes.sorted(by: { $0.value.use < $1.value.use }) where total > capacity / 10 * 9 {
            forget(file)
            victims.append("\(folder)/\(file)")
        }
        let paths = victims
        _ = try? await pool.run { for path in paths { unlink(path) } }
    }

    private func forget(_ file: String) {
        if let gone = sizes.removeValue(forKey: file) { total -= gone.bytes }
    }

    /// Nothing that somebody else chose becomes part of a path.
    private static func file(_ name: PageName) -> String? {
        let digest = try? SHA256.digest(of: Array("\(name.size)\n\(name.file)".utf8))
        return digest.map { "\($0.hex.prefix(32))-\(name.page)" }
    }
}

/// One file of a page: 32 bytes of SHA-256, then the page.
private enum PageFile {
    struct Unusable: Error {}

    static func list(_ folder: String) throws -> [(name: String, bytes: Int)] {
        guard mkdir(folder, 0o700) == 0 || errno == EEXIST, let stream = opendir(folder) else { throw Unusable() }
        defer { closedir(stream) }
        var found: [(name: String, bytes: Int, time: Int)] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasPrefix(".") { continue }
            var status = stat()
            guard stat("\(folder)/\(name)", &status) == 0 else { continue }
            if name.hasSuffix(".new") {
                unlink("\(folder)/\(name)")
            } else {
                found.append((name, max(0, status.st_size - SHA256Digest.byteCount), status.st_mtim.tv_sec))
            }
        }
        return found.sorted { $0.time < $1.time }.map { ($0.name, $0.bytes) }
    }

    /// `nil` for one that is not whole; it is removed.
    static func read(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: SHA256Digest.byteCount + FileLayout.page + 1)
        var filled = 0
        while filled < bytes.count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(file, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { return nil }
            if got == 0 { break }
            filled += got
        }
        guard filled > SHA256Digest.byteCount else { return nil }
        let page = Array(bytes[SHA256Digest.byteCount..<filled])
        guard let digest = try? SHA256.digest(of: page), digest.bytes == Array(bytes[..<SHA256Digest.byteCount]) else {
            unlink(path)
            return nil
        }
        return page
    }

    /// Without synchronising: what a power cut takes is only asked for again.
    static func write(_ page: [UInt8], _ path: String) -> Bool {
        guard let digest = try? SHA256.digest(of: page) else { return false }
        let draft = path + ".new"
        let file = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        let bytes = digest.bytes + page
        let isWritten = Glibc.write(file, bytes, bytes.count) == bytes.count
        close(file)
        guard isWritten, rename(draft, path) == 0 else {
            unlink(draft)
            return false
        }
        return true
    }
}
