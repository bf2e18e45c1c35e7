/// The fields around a body that both sides encrypt with it.
public struct MessageHeader: Sendable, Hashable {
    public var salt: Int64
    public var session: Int64
    public var id: Int64
    public var sequence: Int32

    public init(salt: Int64, session: Int64, id: Int64, sequence: Int32) {
        self.salt = salt
        self.session = session
        self.id = id
        self.sequence = sequence
    }
}

/// Why a packet was not believed.
public enum PacketError: Error, Hashable, Sendable {
    case truncated
    /// Made with another key.
    case otherKey
    /// Its hash is wrong: forged, or damaged.
    case forged
    /// Lengths that do not fit each other.
    case badPadding
}

/// Encryption of whole packets (https://core.telegram.org/mtproto/description, version 2.0).
public struct PacketCipher: Sendable {
    public enum Side: Int, Sendable { case client = 0, server = 8 }

    public let key: AuthKey
    let cipher: any Cipher
    /// Whose packets this side makes.
    let side: Side

    public init(_ key: AuthKey, side: Side, cipher: any Cipher) {
        self.key = key
        self.side = side
        self.cipher = cipher
    }

    /// The packet of one message.
    public func seal(_ header: MessageHeader, _ body: [UInt8], _ random: RandomBytes) -> [UInt8] {
        // At least 12 bytes of padding, up to a multiple of 16, and a little more at random.
        let minimum = 12 + (16 - (32 + body.count + 12) % 16) % 16
        return seal(header, body, paddedWith: random(minimum + 16 * Int(random(1)[0] & 3)))
    }

    /// The same with a given padding, which tests may choose against the rules.
    public func seal(_ header: MessageHeader, _ body: [UInt8], paddedWith padding: [UInt8]) -> [UInt8] {
        var writer = TLWriter()
        writer.reserve(24 + 32 + body.count + padding.count)
        writer.long(key.id)
        writer.long(0)
        writer.long(0)
        writer.long(header.salt)
        writer.long(header.session)
        writer.long(header.id)
        writer.int(header.sequence)
        writer.int(Int32(body.count))
        writer.raw(body)
        writer.raw(padding)
        var packet = writer.bytes
        let messageKey = messageKey(packet, side)
        packet.replaceSubrange(8..<24, with: messageKey)
        let secrets = secrets(messageKey, side)
        cipher.encryptIGE(&packet, 24..<packet.count, key: secrets.key, iv: secrets.iv)
        return packet
    }

    /// Decrypts a packet of the other side in place and says where its body lies. Nothing in it is looked at before its
    /// hash is right.
    public func open(_ packet: inout [UInt8]) throws(PacketError) -> (header: MessageHeader, body: Range<Int>) {
        guard packet.count >= 24 + 48, (packet.count - 24) % 16 == 0 else { throw .truncated }
        guard PacketCipher.keyID(packet) == key.id else { throw .otherKey }
        let other: Side = side == .client ? .server : .client
        let messageKey = Array(packet[8..<24])
        let secrets = secrets(messageKey, other)
        let hash = cipher.decryptIGE(
            &packet, 24..<packet.count, key: secrets.key, iv: secrets.iv, hashingAfter: hashPrefix(other))
        guard cipher.areEqual(hash[8..<24], messageKey[...]) else { throw .forged }
        var reader = TLReader(packet, 24..<packet.count)
        guard let salt = try? reader.long(), let session = try? reader.long(), let id = try? reader.long(),
            let sequence = try? reader.int(), let length = try? reader.int()
        else { throw .truncated }
        let padding = reader.left - Int(length)
        guard length >= 4, length % 4 == 0, (12...1024).contains(padding) else { throw .badPadding }
        let header = MessageHeader(salt: salt, session: session, id: id, sequence: sequence)
        return (header, reader.position..<(reader.position + Int(length)))
    }

    /// The name of the key a packet was made with; 0 for one in the clear.
    public static func keyID(_ packet: [UInt8]) -> Int64? {
        var reader = TLReader(packet)
        return try? reader.long()
    }

    private func messageKey(_ packet: [UInt8], _ side: Side) -> [UInt8] {
        Array(cipher.sha256(hashPrefix(side), packet[24...])[8..<24])
    }

    /// What stands before the plain text when it is hashed.
    private func hashPrefix(_ side: Side) -> ArraySlice<UInt8> {
        key.bytes[(88 + side.rawValue)..<(120 + side.rawValue)]
    }

    private func secrets(_ messageKey: [UInt8], _ side: Side) -> (key: [UInt8], iv: [UInt8]) {
        let x = side.rawValue
        let a = cipher.sha256(messageKey[...], key.bytes[x..<(x + 36)])
        let b = cipher.sha256(key.bytes[(40 + x)..<(76 + x)], messageKey[...])
        var secret = Array(a[0..<8])
        secret += b[8..<24]
        secret += a[24..<32]
        var iv = Array(b[0..<8])
        iv += a[8..<24]
        iv += b[24..<32]
        return (secret, iv)
    }
}
