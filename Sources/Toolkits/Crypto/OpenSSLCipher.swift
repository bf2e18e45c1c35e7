internal import CBlockCiphers
internal import COpenSSL
public import MTProto

/// MTProto's cryptography by libcrypto, except for IGE, which it has only in a slow form.
///
/// None of these calls fails for the sizes the protocol uses while OpenSSL is whole and there is memory: a failure traps.
public struct OpenSSLCipher: Cipher {
    private let hasInstructions = cige_is_available() == 1
    private let canHash = cige_can_hash() == 1

    public init() {}

    /// Cryptographically strong random bytes.
    public static let random: RandomBytes = { count in
        var bytes = [UInt8](repeating: 0, count: count)
        guard count > 0 else { return bytes }
        precondition(RAND_bytes(&bytes, Int32(count)) == 1, "OpenSSL has no random bytes")
        return bytes
    }

    public func sha1(_ parts: [UInt8]...) -> [UInt8] {
        digest(EVP_sha1(), 20, parts.map { $0[...] })
    }

    public func sha256(_ prefix: ArraySlice<UInt8>, _ bytes: ArraySlice<UInt8>) -> [UInt8] {
        digest(EVP_sha256(), 32, [prefix, bytes])
    }

    private func digest(_ kind: OpaquePointer?, _ count: Int, _ parts: [ArraySlice<UInt8>]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: count)
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var isDone = EVP_DigestInit_ex(context, kind, nil) == 1
        for part in parts {
            isDone = part.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) } == 1 && isDone
        }
        isDone = EVP_DigestFinal_ex(context, &result, nil) == 1 && isDone
        precondition(isDone, "OpenSSL cannot hash")
        return result
    }

    // MARK: - AES

    public func encryptIGE(_ bytes: inout [UInt8], _ range: Range<Int>, key: [UInt8], iv: [UInt8]) {
        applyIGE(&bytes, range, key, iv, encrypts: true)
    }

    public func decryptIGE(_ bytes: inout [UInt8], _ range: Range<Int>, key: [UInt8], iv: [UInt8]) {
        applyIGE(&bytes, range, key, iv, encrypts: false)
    }

    public func decryptIGE(
        _ bytes: inout [UInt8], _ range: Range<Int>, key: [UInt8], iv: [UInt8], hashingAfter prefix: ArraySlice<UInt8>
    ) -> [UInt8] {
        guard canHash, prefix.count % 16 == 0, prefix.count <= 64, !range.isEmpty else {
            applyIGE(&bytes, range, key, iv, encrypts: false)
            return sha256(prefix, bytes[range])
        }
        precondition(key.count == 32 && iv.count == 32 && range.count % 16 == 0, "sizes that IGE does not have")
        var digest = [UInt8](repeating: 0, count: 32)
        prefix.withUnsafeBufferPointer { prefix in
            bytes.withUnsafeMutableBufferPointer { buffer in
                let part = UnsafeMutableBufferPointer(rebasing: buffer[range])
                cige_decrypt_and_hash(part.baseAddress, part.count, key, iv, prefix.baseAddress, prefix.count, &digest)
            }
        }
        return digest
    }

    private func applyIGE(
        _ bytes: inout [UInt8], _ range: Range<Int>, _ key: [UInt8], _ iv: [UInt8], encrypts: Bool
    ) {
        precondition(key.count == 32 && iv.count == 32 && range.count % 16 == 0, "sizes that IGE does not have")
        guard !range.isEmpty else { return }
        bytes.withUnsafeMutableBufferPointer { buffer in
            guard let start = UnsafeMutableBufferPointer(rebasing: buffer[range]).baseAddress else { return }
            if !hasInstructions {
                Self.portableIGE(start, range.count, key, iv, encrypts: encrypts)
            } else if encrypts {
                cige_encrypt(start, range.count, key, iv)
            } else {
                cige_decrypt(start, range.count, key, iv)
            }
        }
    }

    /// For processors without AES instructions.
    static func portableIGE(
        _ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ key: [UInt8], _ iv: [UInt8], encrypts: Bool
    ) {
        var iv = iv
        precondition(copenssl_ige(start, count, key, &iv, encrypts ? 1 : 0) == 1, "OpenSSL has no AES")
    }

    public func counterStream(key: [UInt8], iv: [UInt8]) -> any CounterStream {
        AESCounterStream(key: key, iv: iv)
    }

    // MARK: - Numbers

    public func power(_ base: [UInt8], _ exponent: [UInt8], modulo modulus: [UInt8]) -> [UInt8]? {
        guard let arithmetic = BN_CTX_new() else { return nil }
        defer { BN_CTX_free(arithmetic) }
        guard let base = Number(base), let exponent = Number(exponent), let modulo = Number(modulus),
            let result = Number([]), BN_is_odd(modulo.pointer) == 1
        else { return nil }
        // Exponents are secrets: the time must not tell about them.
        BN_set_flags(exponent.pointer, BN_FLG_CONSTTIME)
        guard BN_mod_exp(result.pointer, base.pointer, exponent.pointer, modulo.pointer, arithmetic) == 1 else {
            ERR_clear_error()
            return nil
        }
        return result.bytes(count: modulus.count)
    }

    public func isPrime(_ number: [UInt8]) -> Bool {
        guard let value = Number(number), let arithmetic = BN_CTX_new() else { return false }
        defer { BN_CTX_free(arithmetic) }
        return BN_check_prime(value.pointer, arithmetic, nil) == 1
    }

    public func areEqual(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool {
        guard a.count == b.count else { return false }
        return a.withUnsafeBytes { a in b.withUnsafeBytes { CRYPTO_memcmp(a.baseAddress, $0.baseAddress, a.count) } }
            == 0
    }

    public func gunzip(_ bytes: ArraySlice<UInt8>, limit: Int) -> [UInt8]? { Gzip.unpack(bytes, limit: limit) }
}

/// A large number of OpenSSL, wiped when it goes.
private final class Number {
    let pointer: OpaquePointer

    init?(_ bytes: [UInt8]) {
        guard let pointer = BN_bin2bn(bytes, Int32(bytes.count), nil) else { return nil }
        self.pointer = pointer
    }

    deinit { BN_clear_free(pointer) }

    func bytes(count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return BN_bn2binpad(pointer, &bytes, Int32(count)) == count ? bytes : nil
    }
}
