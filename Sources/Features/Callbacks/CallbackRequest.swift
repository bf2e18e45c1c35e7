internal import FoundationEssentials
import HTTPClient
import HTTPTypes
import Jobs

/// An announcement as a request.
enum CallbackRequest {
    /// Bytes of an answer that are read; nothing in it matters but its status.
    static let longestAnswer = 16 * 1024

    static func make(
        _ announcement: Announcement, _ body: [UInt8], signature: WebhookSignature, now: Double, timeout: Duration,
        addresses: HTTPClientRequest.AddressPolicy
    ) throws -> HTTPClientRequest {
        let timestamp = Int64(now)
        let (address, user) = split(announcement.callback.address)
        var fields: HTTPFields = [
            .contentType: "application/json", HTTPFieldName("User-Agent"): "Stentor",
            HTTPFieldName("webhook-id"): announcement.id, HTTPFieldName("webhook-timestamp"): String(timestamp),
        ]
        if let value = try signature.value(id: announcement.id, timestamp: timestamp, body: body) {
            fields[HTTPFieldName("webhook-signature")] = value
        }
        if let user { fields[.authorization] = "Basic " + Data(user.utf8).base64EncodedString() }
        var request = HTTPClientRequest(
            announcement.callback.method == .put ? .put : .post, address, fields: fields, body: .bytes(body))
        request.addresses = addresses
        request.redirects = .never
        request.timeouts.total = timeout
        request.timeouts.connect = min(timeout, .seconds(10))
        return request
    }

    /// Takes user and password out of an address: they are a header (RFC 7617).
    static func split(_ address: String) -> (address: String, user: String?) {
        guard let start = address.utf8.firstIndex(of: 0x2f).map({ address.index($0, offsetBy: 2) }) else {
            return (address, nil)
        }
        let authority = address[start...].prefix { !"/?#".contains($0) }
        guard let at = authority.lastIndex(of: "@") else { return (address, nil) }
        let rest = String(address[..<start]) + String(address[address.index(after: at)...])
        return (rest, decoded(authority[..<at]))
    }

    /// Without percent-encoding (RFC 3986 section 2.1); a broken escape stays as it is.
    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, rest.count >= 2,
                let escaped = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(escaped)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
