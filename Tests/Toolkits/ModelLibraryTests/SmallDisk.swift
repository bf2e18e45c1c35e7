import EventLoops
import Glibc

/// A file system of a few kilobytes in memory, to fill. Only root may mount one.
final class SmallDisk: Sendable {
    private let folder = TemporaryFolder()
    var path: String { "\(folder.path)/disk" }

    /// - Parameter size: as tmpfs takes it, `700k`.
    init(size: String) throws(SystemCallError) {
        mkdir(path, 0o755)
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(size)") == 0 else { throw SystemCallError("mount") }
    }

    deinit { umount2(path, Int32(MNT_DETACH)) }

    func resize(to size: String) throws(SystemCallError) {
        guard mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT), "size=\(size)") == 0 else {
            throw SystemCallError("mount")
        }
    }

    func everything() -> [String] { folder.everything() }

    static var canBeMade: Bool {
        do throws(SystemCallError) {
            _ = try SmallDisk(size: "16k")
            return true
        } catch {
            return false
        }
    }
}
