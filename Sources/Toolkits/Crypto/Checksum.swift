internal import COpenSSL

/// A digest that guards against accidents on the way, of bytes that come in pieces. One owner at a time.
///
/// SHA-1 proves nothing about intent any more (RFC 6194); clients that upload in pieces still send it.
public final class Checksum {
    public enum Algorithm: String, Sendable, Hashable, CaseIterable {
        case sha1, sha256, md5
    }

    private let context: OpaquePointer

    /// - Throws: `CryptoError` when OpenSSL has no memory or forbids the algorithm.
    public init(_ algorithm: Algorithm) throws(CryptoError) {
        guard let context = EVP_MD_CTX_new() else { throw CryptoError(call: "EVP_MD_CTX_new", code: 0) }
        self.context = context
        let kind =
            switch algorithm {
            case .sha1: EVP_sha1()
            case .sha256: EVP_sha256()
            case .md5: EVP_md5()
            }
        try check("EVP_DigestInit_ex", EVP_DigestInit_ex(context, kind, nil))
    }

    deinit { EVP_MD_CTX_free(context) }

    public func update(_ bytes: [UInt8]) throws(CryptoError) {
        try check("EVP_DigestUpdate", EVP_DigestUpdate(context, bytes, bytes.count))
    }

    /// The digest of all bytes; the end of it.
    public func finish() throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        try check("EVP_DigestFinal_ex", EVP_DigestFinal_ex(context, &bytes, &count))
        return Array(bytes.prefix(Int(count)))
    }
}
