import Glibc

extension Descriptor {
    /// Writes all of `bytes` to an open descriptor; `false`, with errno set, when that is not possible.
    public static func writeAll(_ bytes: [UInt8], to raw: CInt) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(raw, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
