internal import COpenSSL

/// A Lua script, known to the server by its digest once it was sent there.
public struct RedisScript: Sendable, Hashable {
    public let source: String
    /// SHA-1 in hexadecimal digits, as EVALSHA names scripts (https://redis.io/docs/latest/commands/evalsha/).
    public let digest: String

    public init(_ source: String) {
        self.source = source
        var sum = [UInt8](repeating: 0, count: 20)
        let bytes = Array(source.utf8)
        _ = SHA1(bytes, bytes.count, &sum)
        digest = sum.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
