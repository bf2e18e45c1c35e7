/// What both sides compute from the nonces (https://core.telegram.org/mtproto/auth_key, steps 5 and 9).
public enum HandshakeSecrets {
    /// Key and initial vector of the two messages that carry the public values.
    public static func temporaryKey(
        newNonce: [UInt8], serverNonce: [UInt8], _ cipher: any Cipher
    ) -> (key: [UInt8], iv: [UInt8]) {
        let newServer = cipher.sha1(newNonce, serverNonce)
        let serverNew = cipher.sha1(serverNonce, newNonce)
        let newNew = cipher.sha1(newNonce, newNonce)
        let iv = Array(serverNew[12..<20]) + newNew
        return (newServer + serverNew[0..<12], iv + newNonce[0..<4])
    }

    public static func firstSalt(newNonce: [UInt8], serverNonce: [UInt8]) -> Int64 {
        zip(newNonce[0..<8], serverNonce[0..<8]).reversed().reduce(0) { $0 << 8 | Int64($1.0 ^ $1.1) }
    }

    /// The hash with which a server confirms (1), wants another value (2) or refuses (3).
    public static func confirmation(_ kind: UInt8, newNonce: [UInt8], key: AuthKey, _ cipher: any Cipher) -> [UInt8] {
        Array(cipher.sha1(newNonce, [kind], key.auxiliaryHash)[4..<20])
    }
}
