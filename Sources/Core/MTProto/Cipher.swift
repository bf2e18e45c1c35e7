/// What the protocol needs of cryptography. A driver brings it; the protocol itself holds only the rules.
public protocol Cipher: Sendable {
    /// SHA-1 of all parts, one after another: 20 bytes.
    func sha1(_ parts: [UInt8]...) -> [UInt8]
    /// SHA-256 of `prefix`, then of `bytes`: 32 bytes.
    func sha256(_ prefix: ArraySlice<UInt8>, _ bytes: ArraySlice<UInt8>) -> [UInt8]
    /// AES-256-IGE in place over `range`, whose length is a multiple of 16, with a key and an initial vector of 32 bytes
    /// each (https://core.telegram.org/mtproto/description, c_i = E(p_i xor c_{i-1}) xor p_{i-1}).
    func encryptIGE(_ bytes: inout [UInt8], _ range: Range<Int>, key: [UInt8], iv: [UInt8])
    /// The reverse of `encryptIGE`.
    func decryptIGE(_ bytes: inout [UInt8], _ range: Range<Int>, key: [UInt8], iv: [UInt8])
    /// `decryptIGE`, and the SHA-256 of `prefix` and the decrypted bytes: together they may cost less than one by one.
    func decryptIGE(
        _ bytes: inout [UInt8], _ range: Range<Int>, key: [UInt8], iv: [UInt8], hashingAfter prefix: ArraySlice<UInt8>
    ) -> [UInt8]
    /// An AES-256-CTR stream with a key of 32 bytes and a first counter block of 16.
    func counterStream(key: [UInt8], iv: [UInt8]) -> any CounterStream
    /// `base` to the power of `exponent` modulo `modulus`, all big-endian; as many bytes as `modulus` has, or nil for a
    /// modulus that cannot be one.
    func power(_ base: [UInt8], _ exponent: [UInt8], modulo modulus: [UInt8]) -> [UInt8]?
    /// Whether a big-endian number is prime, as far as 64 rounds of Miller and Rabin can tell.
    func isPrime(_ number: [UInt8]) -> Bool
    /// Whether two secrets are equal, in a time that tells nothing about them.
    func areEqual(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Bool
    /// Unpacks gzip (RFC 1952); nil for anything else, and for more than `limit` bytes.
    func gunzip(_ bytes: ArraySlice<UInt8>, limit: Int) -> [UInt8]?
}

/// Bytes that are combined with a key stream; each call goes on where the last one ended.
public protocol CounterStream: AnyObject, Sendable {
    func apply(_ bytes: inout [UInt8], _ range: Range<Int>)
}

/// Brings so many random bytes: the protocol has no source of chance of its own.
public typealias RandomBytes = @Sendable (Int) -> [UInt8]

extension Cipher {
    public func sha256(_ bytes: [UInt8]) -> [UInt8] { sha256([], bytes[...]) }

    public func decryptIGE(
        _ bytes: inout [UInt8], _ range: Range<Int>, key: [UInt8], iv: [UInt8], hashingAfter prefix: ArraySlice<UInt8>
    ) -> [UInt8] {
        decryptIGE(&bytes, range, key: key, iv: iv)
        return sha256(prefix, bytes[range])
    }
}
