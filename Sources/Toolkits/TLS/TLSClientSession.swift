internal import COpenSSL

/// A client's end of a TLS connection between buffers: whoever owns the socket carries the bytes. Confined to its owner.
public final class TLSClientSession {
    private let pointer: OpaquePointer
    /// What came from the socket, and what is to go there; both belong to the session.
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    /// - Parameter host: the name or the address that the certificate must hold.
    public init(_ context: TLSClientContext, host: String, isAddress: Bool) throws(TLSError) {
        guard let pointer = SSL_new(context.pointer) else { throw TLSError(openSSL: "no memory for a TLS session") }
        guard let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem()) else {
            SSL_free(pointer)
            throw TLSError(openSSL: "no memory for a TLS session")
        }
        SSL_set_bio(pointer, incoming, outgoing)
        (self.pointer, self.incoming, self.outgoing) = (pointer, incoming, outgoing)
        SSL_set_connect_state(pointer)
        try expect(host, isAddress)
    }

    deinit { SSL_free(pointer) }

    private func expect(_ host: String, _ isAddress: Bool) throws(TLSError) {
        if isAddress {
            guard X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(pointer), host) == 1 else {
                throw TLSError(openSSL: "TLS refuses the server's address")
            }
        } else {
            // RFC 6066, section 3; the macro that names this call is not importable.
            let status = host.withCString {
                SSL_ctrl(
                    pointer, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
                    UnsafeMutableRawPointer(mutating: $0))
            }
            guard status == 1, SSL_set1_host(pointer, host) == 1 else {
                throw TLSError(openSSL: "TLS refuses the server's name")
            }
        }
    }

    /// Bytes that came from the socket.
    public func receive(_ bytes: UnsafeRawBufferPointer) throws(TLSError) {
        guard !bytes.isEmpty else { return }
        guard BIO_write(incoming, bytes.baseAddress, Int32(clamping: bytes.count)) == Int32(clamping: bytes.count)
        else {
            throw TLSError(openSSL: "no memory for what came")
        }
    }

    /// Bytes for the socket; look after each other call.
    public func takeOutput() -> [UInt8] {
        let count = BIO_ctrl_pending(outgoing)
        guard count > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, Int(BIO_read(outgoing, buffer.baseAddress, Int32(clamping: buffer.count))))
        }
    }

    /// True when it is done, false when more has to come first.
    public func handshake() throws(TLSError) -> Bool {
        ERR_clear_error()
        let code = SSL_do_handshake(pointer)
        if code == 1 { return true }
        guard SSL_get_error(pointer, code) == SSL_ERROR_WANT_READ else {
            let verdict = SSL_get_verify_result(pointer)
            if verdict != Int(X509_V_OK) {
                ERR_clear_error()
                let reason = X509_verify_cert_error_string(verdict).map { String(cString: $0) } ?? "unknown"
                throw TLSError("the server's certificate is not good: \(reason)")
            }
            throw TLSError(openSSL: "the TLS handshake failed")
        }
        return false
    }

    /// Encrypts all of it.
    public func write(_ bytes: [UInt8]) throws(TLSError) {
        guard !bytes.isEmpty else { return }
        ERR_clear_error()
        var count = 0
        // A buffer in memory takes everything at once.
        guard SSL_write_ex(pointer, bytes, bytes.count, &count) == 1, count == bytes.count else {
            throw TLSError(openSSL: "TLS cannot send")
        }
    }

    /// Decrypts into `buffer`: how many bytes, 0 when more has to come first, nil when the server said goodbye.
    public func read(into buffer: UnsafeMutableRawBufferPointer) throws(TLSError) -> Int? {
        ERR_clear_error()
        var count = 0
        let code = SSL_read_ex(pointer, buffer.baseAddress, buffer.count, &count)
        if code == 1 { return count }
        switch SSL_get_error(pointer, code) {
        case SSL_ERROR_WANT_READ: return 0
        case SSL_ERROR_ZERO_RETURN: return nil
        default: throw TLSError(openSSL: "the TLS connection broke")
        }
    }
}
