internal import EventLoops
internal import Glibc

/// What tells without reading that a file is still the one that was hashed: any write changes its change time, and any
/// replacement its inode.
struct FileStamp: Codable, Hashable, Sendable {
    var size: Int64
    var inode: UInt64
    var device: UInt64
    /// Nanoseconds since 1970.
    var modified: Int64
    var changed: Int64

    enum CodingKeys: String, CodingKey {
        case size, inode, device
        case modified = "modified_ns"
        case changed = "changed_ns"
    }

    /// The stamp of an open file.
    init(of descriptor: Int32) throws(SystemCallError) {
        var status = stat()
        _ = try check("fstat") { fstat(descriptor, &status) }
        self.init(status)
    }

    /// The stamp of the file of this name; links are not followed.
    init(of path: String) throws(SystemCallError) {
        var status = stat()
        _ = try check("lstat") { lstat(path, &status) }
        self.init(status)
    }

    private init(_ status: stat) {
        size = Int64(status.st_size)
        inode = UInt64(status.st_ino)
        device = UInt64(status.st_dev)
        modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        changed = Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec)
    }
}
