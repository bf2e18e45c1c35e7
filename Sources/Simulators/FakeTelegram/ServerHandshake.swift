import Crypto
public import MTProto

/// A data centre's side of the exchange of keys. Takes RSA_PAD and the padding of before 2021, which most libraries still
/// send. Tests may make it lie.
public struct ServerHandshake {
    /// What it does wrong.
    public enum Lie: Sendable, CaseIterable {
        case nonce, serverNonce, product, fingerprint, answerHash, shortPrime, unsafePrime, generator, smallValue,
            largeValue,
            confirmation, retryForEver, refusal
    }

    public enum Answer {
        case send([UInt8])
        /// The last answer, with the key.
        case done([UInt8], AuthKey)
        case refuse
    }

    private let cipher = OpenSSLCipher()
    private let random = OpenSSLCipher.random
    private let key: SimulatedKey
    private let dataCentre: Int
    public var lie: Lie?
    private var nonce: [UInt8] = []
    private let serverNonce: [UInt8]
    private var newNonce: [UInt8] = []
    private var temporary = (key: [UInt8](), iv: [UInt8]())
    private let secret: [UInt8]
    private var retries = 0
    /// What the client's inner data was padded with.
    public private(set) var usesPadding = false

    private static let product = hex("17ED48941A08F981")
    private static let factors = (hex("494C553B"), hex("53911073"))

    public init?(dataCentre: Int, lie: Lie? = nil) {
        guard let key = SimulatedKey.key(of: dataCentre) else { return nil }
        self.key = key
        self.dataCentre = dataCentre
        self.lie = lie
        serverNonce = random(16)
        secret = random(256)
    }

    /// How often a client is asked for another secret.
    public var wantedRetries = 0

    public mutating func receive(_ body: TLReader, time: Int32) -> Answer {
        do {
            var reader = body
            switch try reader.uint32() {
            case TL.reqPQ, TL.reqPQMulti:
                nonce = try reader.raw(16)
                return .send(product())
            case TL.reqDHParams: return try takeInnerData(&reader, time)
            case TL.setClientDHParams: return try takeValue(&reader)
            default: return .refuse
            }
        } catch {
            return .refuse
        }
    }

    private func product() -> [UInt8] {
        var writer = TLWriter(TL.resPQ)
        writer.raw(lie == .nonce ? random(16) : nonce)
        writer.raw(serverNonce)
        // A prime cannot be split.
        writer.bytes(lie == .product ? Self.factors.0 : Self.product)
        writer.longs([1, lie == .fingerprint ? 2 : key.publicKey.fingerprint(cipher)])
        return writer.bytes
    }

    // MARK: - Inner data

    private mutating func takeInnerData(_ reader: inout TLReader, _ time: Int32) throws -> Answer {
        guard try reader.raw(16) == nonce, try reader.raw(16) == serverNonce else { return .refuse }
        let (p, q) = (try reader.bytes(), try reader.bytes())
        guard (p, q) == Self.factors else { return .refuse }
        guard try reader.long() == key.publicKey.fingerprint(cipher) else { return .refuse }
        guard let block = key.decrypt(try reader.bytes()), try openPadded(block) || openLegacy(block) else {
            return .refuse
        }
        temporary = HandshakeSecrets.temporaryKey(newNonce: newNonce, serverNonce: serverNonce, cipher)
        return .send(proposal(time))
    }

    private mutating func openPadded(_ block: [UInt8]) throws -> Bool {
        var data = Array(block[32...])
        let key = zip(block[..<32], cipher.sha256(data)).map { $0 ^ $1 }
        cipher.decryptIGE(&data, 0..<data.count, key: key, iv: [UInt8](repeating: 0, count: 32))
        let padded = Array(data[..<192].reversed())
        guard cipher.sha256(key + padded) == Array(data[192...]) else { return false }
        usesPadding = true
        var reader = TLReader(padded)
        return try readInner(&reader)
    }

    private mutating func openLegacy(_ block: [UInt8]) throws -> Bool {
        guard block[0] == 0 else { return false }
        var reader = TLReader(Array(block[21...]))
        let isGood = try readInner(&reader)
        return isGood && cipher.sha1(Array(block[21..<(21 + reader.position)])) == Array(block[1..<21])
    }

    private mutating func readInner(_ reader: inout TLReader) throws -> Bool {
        let constructor = try reader.uint32()
        guard [TL.pqInnerData, TL.pqInnerDataDC].contains(constructor) else { return false }
        let isSame =
            try [reader.bytes(), reader.bytes(), reader.bytes()] == [Self.product, Self.factors.0, Self.factors.1]
        guard isSame, try reader.raw(16) == nonce, try reader.raw(16) == serverNonce else { return false }
        newNonce = try reader.raw(32)
        return constructor == TL.pqInnerData ? true : Int(abs(try reader.int())) % 10_000 == dataCentre
    }

    // MARK: - Values

    private var prime: [UInt8] {
        var prime = DiffieHellmanGroup.telegramPrime
        if lie == .shortPrime { return Array(prime[1...]) }
        if lie == .unsafePrime { prime[255] = 0x61 }
        return prime
    }

    private func proposal(_ time: Int32) -> [UInt8] {
        var value = cipher.power([3], secret, modulo: DiffieHellmanGroup.telegramPrime) ?? []
        if lie == .smallValue { value = [UInt8](repeating: 0, count: 255) + [2] }
        if lie == .largeValue { value = DiffieHellmanGroup.telegramPrime.dropLast() + [0x5a] }
        var inner = TLWriter(TL.serverDHInnerData)
        inner.raw(nonce)
        inner.raw(lie == .serverNonce ? random(16) : serverNonce)
        inner.int(lie == .generator ? 2 : 3)
        inner.bytes(prime)
        inner.bytes(value)
        inner.int(time)
        var answer = (lie == .answerHash ? random(20) : cipher.sha1(inner.bytes)) + inner.bytes
        answer += random((16 - answer.count % 16) % 16)
        cipher.encryptIGE(&answer, 0..<answer.count, key: temporary.key, iv: temporary.iv)
        var writer = TLWriter(TL.serverDHParamsOK)
        writer.raw(nonce)
        writer.raw(serverNonce)
        writer.bytes(answer)
        return writer.bytes
    }

    private mutating func takeValue(_ reader: inout TLReader) throws -> Answer {
        guard try reader.raw(16) == nonce, try reader.raw(16) == serverNonce else { return .refuse }
        var data = try reader.bytes()
        guard data.count % 16 == 0, data.count > 32 else { return .refuse }
        cipher.decryptIGE(&data, 0..<data.count, key: temporary.key, iv: temporary.iv)
        var inner = TLReader(data, 20..<data.count)
        try inner.expect(TL.clientDHInnerData)
        guard try inner.raw(16) == nonce, try inner.raw(16) == serverNonce else { return .refuse }
        _ = try inner.long()
        let value = try inner.bytes()
        guard cipher.sha1(Array(data[20..<inner.position])) == Array(data[..<20]),
            let shared = cipher.power(value, secret, modulo: DiffieHellmanGroup.telegramPrime)
        else { return .refuse }
        let key = AuthKey(shared, cipher)
        if lie == .refusal { return .send(confirmation(TL.dhGenFail, 3, key)) }
        if lie == .retryForEver || retries < wantedRetries {
            retries += 1
            return .send(confirmation(TL.dhGenRetry, 2, key))
        }
        return .done(confirmation(TL.dhGenOK, lie == .confirmation ? 2 : 1, key), key)
    }

    private func confirmation(_ constructor: UInt32, _ kind: UInt8, _ key: AuthKey) -> [UInt8] {
        var writer = TLWriter(constructor)
        writer.raw(nonce)
        writer.raw(serverNonce)
        writer.raw(HandshakeSecrets.confirmation(kind, newNonce: newNonce, key: key, cipher))
        return writer.bytes
    }

    private static func hex(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
