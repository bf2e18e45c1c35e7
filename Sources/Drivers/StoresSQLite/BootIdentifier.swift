internal import Glibc

/// Which start of the machine this is: moments on the monotonic clock mean nothing after the next one.
public enum BootIdentifier {
    /// The kernel's own name for it (random(4)); empty where there is none, which counts as another boot each time.
    public static func current() -> String {
        let file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)).filter { $0 > 0x20 }, as: UTF8.self)
    }
}
