import COpenSSL

/// SHA-256 of bytes that come piece by piece. An actor of its own, so that hashing never happens on an event loop.
actor Digest {
    private let state = DigestState()

    func update(_ bytes: [UInt8]) {
        precondition(EVP_DigestUpdate(state.context, bytes, bytes.count) == 1, "OpenSSL cannot hash")
    }

    /// The digest in hexadecimal; the end of hashing.
    func finish() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        precondition(EVP_DigestFinal_ex(state.context, &digest, nil) == 1, "OpenSSL cannot hash")
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// The owner of OpenSSL's context.
private final class DigestState {
    let context = EVP_MD_CTX_new()

    init() {
        precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "OpenSSL has no SHA-256")
    }

    deinit { EVP_MD_CTX_free(context) }
}
