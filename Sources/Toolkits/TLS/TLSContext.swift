internal import COpenSSL

/// A server's certificate and its rules: TLS 1.2 and 1.3 alone, forward secrecy, ALPN `http/1.1`.
///
/// Unchecked: an `SSL_CTX` is counted and locked by OpenSSL itself and is not changed after `init`.
public final class TLSContext: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Reads the certificate chain and the private key, both PEM.
    ///
    /// - Throws: `TLSError` when a file cannot be read or the two do not belong together.
    public init(certificateChainFile: String, privateKeyFile: String) throws(TLSError) {
        guard let pointer = SSL_CTX_new(TLS_server_method()) else { throw TLSError(openSSL: "TLS cannot start") }
        self.pointer = pointer
        guard copenssl_set_min_version(pointer, TLS1_2_VERSION) == 1,
            // Of TLS 1.2 only what 1.3 would allow as well; 1.3 has good suites of its own.
            SSL_CTX_set_cipher_list(pointer, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1
        else { throw TLSError(openSSL: "TLS refuses its rules") }
        SSL_CTX_set_options(pointer, UInt64(1) << 30 | UInt64(1) << 22)  // no renegotiation, the server's preference
        // A write may take a part, and be repeated from another buffer; idle sessions give their buffers back.
        _ = copenssl_set_mode(
            pointer,
            Int(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS))
        guard SSL_CTX_use_certificate_chain_file(pointer, certificateChainFile) == 1 else {
            throw TLSError(openSSL: "the certificate chain cannot be read")
        }
        guard SSL_CTX_use_PrivateKey_file(pointer, privateKeyFile, SSL_FILETYPE_PEM) == 1,
            SSL_CTX_check_private_key(pointer) == 1
        else { throw TLSError(openSSL: "the private key cannot be read or belongs to another certificate") }
        SSL_CTX_set_alpn_select_cb(pointer, selectProtocol, nil)
    }

    deinit { SSL_CTX_free(pointer) }
}

/// Picks `http/1.1` from what the client offers; a client that offers only others is told so by an alert, as
/// RFC 7301 section 3.2 wants.
private func selectProtocol(
    _ session: OpaquePointer?, _ out: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ outLength: UnsafeMutablePointer<UInt8>?, _ offer: UnsafePointer<UInt8>?, _ offerLength: UInt32,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let offer else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    let wanted = Array("http/1.1".utf8)
    var index = 0
    while index < Int(offerLength) {
        let length = Int(offer[index])
        let name = UnsafeBufferPointer(start: offer + index + 1, count: min(length, Int(offerLength) - index - 1))
        if name.elementsEqual(wanted) {
            out?.pointee = name.baseAddress
            outLength?.pointee = UInt8(length)
            return SSL_TLSEXT_ERR_OK
        }
        index += 1 + length
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}
