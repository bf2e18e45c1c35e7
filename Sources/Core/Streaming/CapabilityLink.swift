/// What a link lets its holder do.
public enum LinkMethod: UInt8, Sendable, Hashable, CaseIterable {
    case stream = 1
    case download = 2
    /// The player's page and the transcript.
    case watch = 3
}

/// The port to the secret keys that sign links.
public protocol LinkSigner: Sendable {
    /// The key that new links are signed with.
    var currentKey: UInt8 { get }
    /// HMAC-SHA256 (RFC 2104) under a key; `nil` where there is no such key, or no more.
    func signature(of message: [UInt8], key: UInt8) -> [UInt8]?
    /// Whether two signatures are equal, in constant time.
    func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool
}

/// The part of an address that proves that its holder may read one file in one way.
///
/// Key, method, expiry and record are written in it; the signature covers them and the file's unique id, so that none
/// can be exchanged. Whether it was revoked, only the record knows.
public struct CapabilityLink: Sendable, Hashable {
    /// Bytes of the signature that are kept: 128 bits cannot be guessed.
    private static let signatureLength = 16
    private static let length = 2 + 4 + LinkID.byteCount + signatureLength

    public let key: UInt8
    public let method: LinkMethod
    /// Seconds since 1970; 0 is never.
    public let expiry: UInt32
    public let id: LinkID
    private let signature: [UInt8]

    /// - Returns: `nil` when the signer has lost its own key.
    public init?(_ record: LinkRecord, _ method: LinkMethod, _ signer: some LinkSigner) {
        key = signer.currentKey
        self.method = method
        expiry = record.expiresAt.map { UInt32(min(max($0, 1), Double(UInt32.max))) } ?? 0
        id = record.id
        let message = Self.message(key, method, expiry, record)
        guard let signature = signer.signature(of: message, key: key) else { return nil }
        self.signature = Array(signature.prefix(Self.signatureLength))
    }

    /// Reads what stands in an address; proves nothing yet.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 64, let bytes = Base64URL.decode(text), bytes.count == Self.length,
            let method = LinkMethod(rawValue: bytes[1])
        else { return nil }
        key = bytes[0]
        self.method = method
        expiry = bytes[2..<6].reduce(0) { $0 << 8 | UInt32($1) }
        id = LinkID(bytes: Array(bytes[6..<6 + LinkID.byteCount]))
        signature = Array(bytes[(6 + LinkID.byteCount)...])
    }

    /// As it stands in an address.
    public var text: String {
        let time = (0..<4).map { UInt8(truncatingIfNeeded: expiry >> (24 - 8 * UInt32($0))) }
        return Base64URL.encode([key, method.rawValue] + time + id.bytes + signature)
    }

    public func isSigned(for record: LinkRecord, _ signer: some LinkSigner) -> Bool {
        let message = Self.message(key, method, expiry, record)
        guard record.id == id, let right = signer.signature(of: message, key: key) else { return false }
        return signer.areEqual(Array(right.prefix(Self.signatureLength)), signature)
    }

    private static func message(
        _ key: UInt8, _ method: LinkMethod, _ expiry: UInt32, _ record: LinkRecord
    ) -> [UInt8] {
        let time = (0..<4).map { UInt8(truncatingIfNeeded: expiry >> (24 - 8 * UInt32($0))) }
        // The size belongs to what was published: another size would be another file.
        return Array("stentor link 1\n".utf8) + [key, method.rawValue] + time + record.id.bytes
            + Array("\(record.file.size)\n\(record.file.uniqueID)".utf8)
    }
}
