internal import COpenSSL
internal import MTProto

/// AES-256-CTR by libcrypto. One owner at a time.
// Unchecked because its owners are connections, each of which is used on one loop alone.
final class AESCounterStream: CounterStream, @unchecked Sendable {
    private let context: OpaquePointer?

    /// - Precondition: 32 and 16 bytes.
    init(key: [UInt8], iv: [UInt8]) {
        precondition(key.count == 32 && iv.count == 16, "sizes that CTR does not have")
        context = EVP_CIPHER_CTX_new()
        precondition(EVP_EncryptInit_ex(context, EVP_aes_256_ctr(), nil, key, iv) == 1, "OpenSSL has no AES")
    }

    deinit { EVP_CIPHER_CTX_free(context) }

    func apply(_ bytes: inout [UInt8], _ range: Range<Int>) {
        guard !range.isEmpty else { return }
        bytes.withUnsafeMutableBufferPointer { buffer in
            let part = UnsafeMutableBufferPointer(rebasing: buffer[range])
            var count: Int32 = 0
            let status = EVP_EncryptUpdate(context, part.baseAddress, &count, part.baseAddress, Int32(part.count))
            precondition(status == 1, "OpenSSL cannot encrypt")
        }
    }
}
