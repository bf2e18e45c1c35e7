internal import COpenSSL

/// TLS could not be set up, or a handshake failed. Names files by their role, never by their contents.
public struct TLSError: Error, Equatable, CustomStringConvertible {
    public let message: String

    init(_ message: String) {
        self.message = message
    }

    /// The failure of `action`, with OpenSSL's own reason; empties OpenSSL's error queue of this thread.
    init(openSSL action: String) {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        let reason = code == 0 ? nil : ERR_reason_error_string(code).map { String(cString: $0) }
        message = action + (reason.map { ": \($0)" } ?? "")
    }

    public var description: String { message }
}
