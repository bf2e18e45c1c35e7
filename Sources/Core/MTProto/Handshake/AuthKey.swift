/// The key a client and a data centre share, and what is computed from it.
public struct AuthKey: Sendable, Hashable {
    /// 256.
    public let bytes: [UInt8]
    /// The last eight bytes of its SHA-1: how each side names it to the other.
    public let id: Int64
    /// The first eight.
    let auxiliaryHash: [UInt8]

    /// - Precondition: 256 bytes.
    public init(_ bytes: [UInt8], _ cipher: any Cipher) {
        precondition(bytes.count == 256, "a key of another length")
        self.bytes = bytes
        let hash = cipher.sha1(bytes)
        auxiliaryHash = Array(hash[0..<8])
        id = hash[12..<20].reversed().reduce(0) { $0 << 8 | Int64($1) }
    }
}

/// What an exchange of keys ends with.
public struct KeyAgreement: Sendable, Hashable {
    public var key: AuthKey
    /// The first server salt.
    public var salt: Int64
    /// Seconds the server's clock is ahead of ours.
    public var clockOffset: Double

    public init(key: AuthKey, salt: Int64, clockOffset: Double) {
        self.key = key
        self.salt = salt
        self.clockOffset = clockOffset
    }
}
