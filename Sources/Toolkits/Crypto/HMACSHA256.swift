internal import COpenSSL

/// HMAC with SHA-256 (RFC 2104, FIPS 198-1).
public enum HMACSHA256 {
    /// The 32 bytes that authenticate `message` to those who know `key`.
    public static func authenticate(_ message: [UInt8], key: [UInt8]) throws(CryptoError) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
        var length: UInt32 = 0
        let done = HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, &result, &length)
        guard done != nil, length == SHA256Digest.byteCount else { throw CryptoError(call: "HMAC", code: 0) }
        return result
    }
}
