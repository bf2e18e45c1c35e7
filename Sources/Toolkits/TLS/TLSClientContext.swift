internal import COpenSSL

/// A client's rules: TLS 1.2 and 1.3 alone, and a certificate that an authority vouches for.
///
/// Unchecked: an `SSL_CTX` is counted and locked by OpenSSL itself and is not changed after `init`.
public final class TLSClientContext: @unchecked Sendable {
    let pointer: OpaquePointer

    /// - Parameter authorityFile: certificates (PEM) that vouch for servers; nil takes the system's.
    public init(authorityFile: String? = nil) throws(TLSError) {
        guard let pointer = SSL_CTX_new(TLS_client_method()) else { throw TLSError(openSSL: "TLS cannot start") }
        self.pointer = pointer
        guard copenssl_set_min_version(pointer, TLS1_2_VERSION) == 1,
            SSL_CTX_set_cipher_list(pointer, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1
        else { throw TLSError(openSSL: "TLS refuses its rules") }
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        let isTrusting =
            authorityFile.map { SSL_CTX_load_verify_file(pointer, $0) } ?? SSL_CTX_set_default_verify_paths(pointer)
        guard isTrusting == 1 else { throw TLSError(openSSL: "the certificates of authorities cannot be read") }
    }

    deinit { SSL_CTX_free(pointer) }
}
