/// A server's public key. Whoever talks to a data centre must know it beforehand.
public struct RSAPublicKey: Sendable, Hashable {
    /// Big-endian, without leading zeros.
    public let modulus: [UInt8]
    public let exponent: [UInt8]

    /// - Precondition: a modulus of exactly 2048 bits.
    public init?(modulus: [UInt8], exponent: [UInt8]) {
        self.modulus = BigEndian.trimmed(modulus)
        self.exponent = BigEndian.trimmed(exponent)
        guard self.modulus.count == 256, self.modulus[0] >= 0x80, (1...8).contains(self.exponent.count) else {
            return nil
        }
    }

    /// The last eight bytes of the SHA-1 of both numbers as TL strings.
    public func fingerprint(_ cipher: any Cipher) -> Int64 {
        var writer = TLWriter()
        writer.bytes(modulus)
        writer.bytes(exponent)
        return cipher.sha1(writer.bytes)[12..<20].reversed().reduce(0) { $0 << 8 | Int64($1) }
    }

    /// The raw operation, which no one should use without padding.
    func encrypt(_ block: [UInt8], _ cipher: any Cipher) -> [UInt8]? {
        cipher.power(block, exponent, modulo: modulus)
    }
}

extension RSAPublicKey {
    /// RSA_PAD (https://core.telegram.org/mtproto/auth_key, 4.1): 256 bytes that only the owner of the key can read; nil
    /// when `data` has more than 144.
    func pad(_ data: [UInt8], _ cipher: any Cipher, _ random: RandomBytes) -> [UInt8]? {
        guard data.count <= 144 else { return nil }
        let padded = data + random(192 - data.count)
        // Each try fails with a chance of at most a half.
        for _ in 0..<1000 {
            let key = random(32)
            var block = padded.reversed() + cipher.sha256(key + padded)
            cipher.encryptIGE(&block, 0..<block.count, key: key, iv: [UInt8](repeating: 0, count: 32))
            let hidden = zip(key, cipher.sha256(block)).map { $0 ^ $1 } + block
            if BigEndian.isLess(hidden, modulus) { return encrypt(hidden, cipher) }
        }
        return nil
    }
}
