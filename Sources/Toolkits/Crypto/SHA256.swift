internal import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes that come in pieces. One owner at a time; not for use from several threads.
public final class SHA256 {
    private let context: OpaquePointer

    /// - Throws: `CryptoError` when OpenSSL has no memory or forbids the algorithm.
    public init() throws(CryptoError) {
        guard let context = EVP_MD_CTX_new() else { throw CryptoError(call: "EVP_MD_CTX_new", code: 0) }
        self.context = context
        try start()
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes in more bytes.
    public func update(_ bytes: UnsafeRawBufferPointer) throws(CryptoError) {
        try check("EVP_DigestUpdate", EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
    }

    /// Takes in more bytes.
    public func update(_ bytes: some Collection<UInt8>) throws(CryptoError) {
        let status = bytes.withContiguousStorageIfAvailable { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        if let status {
            try check("EVP_DigestUpdate", status)
        } else {
            let copy = Array(bytes)
            try check("EVP_DigestUpdate", EVP_DigestUpdate(context, copy, copy.count))
        }
    }

    /// The digest of all bytes so far; afterwards the next message begins.
    public func finish() throws(CryptoError) -> SHA256Digest {
        var bytes = [UInt8](repeating: 0, count: SHA256Digest.byteCount)
        try check("EVP_DigestFinal_ex", EVP_DigestFinal_ex(context, &bytes, nil))
        try start()
        return SHA256Digest(bytes: bytes)
    }

    /// The digest of one message.
    public static func digest(of bytes: some Collection<UInt8>) throws(CryptoError) -> SHA256Digest {
        let hash = try SHA256()
        try hash.update(bytes)
        return try hash.finish()
    }

    private func start() throws(CryptoError) {
        try check("EVP_DigestInit_ex", EVP_DigestInit_ex(context, EVP_sha256(), nil))
    }
}

/// The 32 bytes of a SHA-256.
public struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
    public static let byteCount = 32

    public let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// Reads 64 hexadecimal digits, small or capital; anything else is nil.
    public init?(hex: some StringProtocol) {
        let digits = Array(hex.utf8)
        guard digits.count == 2 * Self.byteCount else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(of: digits[index]), let low = Self.value(of: digits[index + 1]) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// 64 small hexadecimal digits.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    public var description: String { hex }

    private static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
