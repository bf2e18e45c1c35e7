internal import COpenSSL

/// Bytes encrypted so that a change shows: AES-256-GCM (NIST SP 800-38D) with a random nonce before it and the tag after.
public enum SealedBox {
    private static let nonceCount = 12
    private static let tagCount = 16

    /// - Precondition: a key of 32 bytes.
    public static func seal(_ plain: [UInt8], key: [UInt8]) throws(CryptoError) -> [UInt8] {
        precondition(key.count == 32, "a key of another length")
        let nonce = OpenSSLCipher.random(nonceCount)
        guard let context = EVP_CIPHER_CTX_new() else { throw CryptoError(call: "EVP_CIPHER_CTX_new", code: 0) }
        defer { EVP_CIPHER_CTX_free(context) }
        try check("EVP_EncryptInit_ex", EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce))
        var sealed = [UInt8](repeating: 0, count: plain.count + 16)
        var count: Int32 = 0
        var rest: Int32 = 0
        try check("EVP_EncryptUpdate", EVP_EncryptUpdate(context, &sealed, &count, plain, Int32(plain.count)))
        try check("EVP_EncryptFinal_ex", EVP_EncryptFinal_ex(context, nil, &rest))
        var tag = [UInt8](repeating: 0, count: tagCount)
        try check(
            "EVP_CIPHER_CTX_ctrl", EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagCount), &tag))
        return nonce + sealed[..<Int(count)] + tag
    }

    /// nil for what was changed, cut, or sealed with another key.
    public static func open(_ box: [UInt8], key: [UInt8]) -> [UInt8]? {
        precondition(key.count == 32, "a key of another length")
        guard box.count >= nonceCount + tagCount, let context = EVP_CIPHER_CTX_new() else { return nil }
        defer {
            EVP_CIPHER_CTX_free(context)
            ERR_clear_error()
        }
        let sealed = Array(box[nonceCount..<(box.count - tagCount)])
        var tag = Array(box.suffix(tagCount))
        var plain = [UInt8](repeating: 0, count: sealed.count + 16)
        var count: Int32 = 0
        var rest: Int32 = 0
        guard EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, Array(box[..<nonceCount])) == 1,
            EVP_DecryptUpdate(context, &plain, &count, sealed, Int32(sealed.count)) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagCount), &tag) == 1,
            EVP_DecryptFinal_ex(context, nil, &rest) == 1
        else { return nil }
        return Array(plain[..<Int(count)])
    }
}
