internal import COpenSSL

/// One TLS connection over a non-blocking socket. Confined to the connection that owns it.
public final class TLSSession {
    /// What came of one attempt.
    public enum Outcome: Equatable, Sendable {
        /// That many bytes went through; 0 for a finished handshake.
        case done(Int)
        /// Try again when the socket is readable.
        case wantsRead
        /// Try again when the socket is writable.
        case wantsWrite
        /// The peer has said goodbye.
        case closed
        /// The connection is of no more use.
        case failed
    }

    private let pointer: OpaquePointer

    /// The server's end of a connection on `socket`, which the caller owns and closes after this object is gone.
    public init(_ context: TLSContext, socket: Int32) throws(TLSError) {
        guard let pointer = SSL_new(context.pointer) else { throw TLSError(openSSL: "no memory for a TLS session") }
        self.pointer = pointer
        guard SSL_set_fd(pointer, socket) == 1 else { throw TLSError(openSSL: "TLS refuses the socket") }
        SSL_set_accept_state(pointer)
    }

    deinit { SSL_free(pointer) }

    public func handshake() -> Outcome {
        ERR_clear_error()
        let code = SSL_do_handshake(pointer)
        return code == 1 ? .done(0) : outcome(code)
    }

    /// Reads decrypted bytes.
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        ERR_clear_error()
        var count = 0
        let code = SSL_read_ex(pointer, buffer.baseAddress, buffer.count, &count)
        return code == 1 ? .done(count) : outcome(code)
    }

    /// Encrypts and sends bytes, or a part of them.
    public func write(_ buffer: UnsafeRawBufferPointer) -> Outcome {
        ERR_clear_error()
        var count = 0
        let code = SSL_write_ex(pointer, buffer.baseAddress, buffer.count, &count)
        return code == 1 ? .done(count) : outcome(code)
    }

    /// Says goodbye, without waiting for the answer.
    public func sendClose() {
        ERR_clear_error()
        if SSL_is_init_finished(pointer) == 1 { SSL_shutdown(pointer) }
    }

    /// `TLSv1.3` or `TLSv1.2`.
    public var version: String { String(cString: SSL_get_version(pointer)) }

    private func outcome(_ code: Int32) -> Outcome {
        defer { ERR_clear_error() }
        switch SSL_get_error(pointer, code) {
        case SSL_ERROR_WANT_READ: return .wantsRead
        case SSL_ERROR_WANT_WRITE: return .wantsWrite
        case SSL_ERROR_ZERO_RETURN: return .closed
        default: return .failed
        }
    }
}
