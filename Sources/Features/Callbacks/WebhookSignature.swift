internal import Crypto
internal import FoundationEssentials

/// Signatures by the Standard Webhooks specification: HMAC-SHA256 over `id.timestamp.body`, one for each secret, so that
/// an old secret and a new one can be valid side by side.
public struct WebhookSignature: Sendable {
    private static let prefix = "whsec_"
    /// Bytes (Standard Webhooks, "Signature scheme").
    private static let lengths = 16...256

    private let keys: [[UInt8]]

    /// - Parameter secrets: `whsec_` and Base64, as the specification writes them, or any text, whose bytes are the key.
    /// Nil when one of them is no key.
    public init?(secrets: [String]) {
        var keys: [[UInt8]] = []
        for secret in secrets {
            var bytes = Array(secret.utf8)
            if secret.hasPrefix(Self.prefix) {
                guard let data = Data(base64Encoded: String(secret.dropFirst(Self.prefix.count))) else { return nil }
                bytes = Array(data)
            }
            guard Self.lengths.contains(bytes.count) else { return nil }
            keys.append(bytes)
        }
        self.keys = keys
    }

    /// The value of `webhook-signature`; nil without secrets.
    /// - Parameter timestamp: whole seconds since 1970, of this try.
    func value(id: String, timestamp: Int64, body: [UInt8]) throws -> String? {
        guard !keys.isEmpty else { return nil }
        let message = Array("\(id).\(timestamp).".utf8) + body
        return try keys.map {
            "v1," + Data(try HMACSHA256.authenticate(message, key: $0)).base64EncodedString()
        }.joined(separator: " ")
    }
}
