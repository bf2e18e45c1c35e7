internal import COpenSSL
public import HTTPTypes

/// The server's side of the opening handshake (RFC 6455 section 4.2).
public enum WebSocketHandshake {
    /// The value of `Sec-WebSocket-Accept` for a valid request.
    ///
    /// - Throws: 400 for a request that is no handshake, 426 for a version other than 13.
    public static func accept(_ request: HTTPRequest) throws(HTTPError) -> String {
        guard request.method == .get,
            request.fields.list(of: .upgrade).contains(where: { $0.isToken("websocket") }),
            request.fields.list(of: .connection).contains(where: { $0.isToken("upgrade") })
        else {
            throw HTTPError(
                .upgradeRequired, "this address speaks WebSocket",
                fields: [.upgrade: "websocket", .connection: "Upgrade"])
        }
        guard request.fields[.secWebSocketVersion] == "13" else {
            throw HTTPError(
                .upgradeRequired, "only version 13 of WebSocket is spoken here", fields: [.secWebSocketVersion: "13"])
        }
        let keys = request.fields.values(of: .secWebSocketKey)
        guard keys.count == 1, isKey(keys[0]) else {
            throw HTTPError(.badRequest, "the Sec-WebSocket-Key is not 16 bytes in Base64")
        }
        return accept(key: keys[0])
    }

    /// Section 4.2.2, item 4: Base64 of the SHA-1 of the key and a fixed GUID.
    static func accept(key: String) -> String {
        let text = Array((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
        var digest = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
        SHA1(text, text.count, &digest)
        var encoded = [UInt8](repeating: 0, count: 4 * ((digest.count + 2) / 3) + 1)
        let count = EVP_EncodeBlock(&encoded, digest, Int32(digest.count))
        return String(decoding: encoded[..<Int(count)], as: UTF8.self)
    }

    /// 16 bytes are 22 characters and two equal signs.
    private static func isKey(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 24, bytes[22] == 0x3d, bytes[23] == 0x3d else { return false }
        return bytes[..<22].allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || byte == 0x2b || byte == 0x2f
        }
    }
}
