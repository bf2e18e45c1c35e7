internal import COpenSSL

/// OpenSSL refused a call: out of memory, or an algorithm that this build or its policy does not allow.
public struct CryptoError: Error, Equatable, CustomStringConvertible {
    /// The function of OpenSSL.
    public let call: String
    /// OpenSSL's own code of the reason, for its documentation; 0 when it gave none.
    public let code: UInt

    public var description: String { "OpenSSL's \(call) failed (code \(code)); check the OpenSSL installation" }
}

/// Turns OpenSSL's convention "1 is success" into a thrown error and empties its queue of errors.
func check(_ call: String, _ status: Int32) throws(CryptoError) {
    guard status != 1 else { return }
    let code = ERR_get_error()
    ERR_clear_error()
    throw CryptoError(call: call, code: UInt(code))
}
