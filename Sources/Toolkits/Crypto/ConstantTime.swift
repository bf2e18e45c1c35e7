internal import COpenSSL

/// Comparison of secrets.
public enum ConstantTime {
    /// Whether two byte strings are equal, in a time that depends only on their lengths: how much of a guess is right
    /// cannot be measured.
    public static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
    }
}
