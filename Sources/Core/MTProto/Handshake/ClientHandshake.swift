/// The client's side of the exchange that ends with a key (https://core.telegram.org/mtproto/auth_key), with every check
/// of the security guidelines. A value: the owner sends what it says and brings what comes.
public struct ClientHandshake: Sendable {
    public enum Action: Sendable, Hashable {
        /// The body of a plain message.
        case send([UInt8])
        case done(KeyAgreement)
    }

    private enum State: Sendable {
        case waitingForProduct
        case waitingForGroup
        case waitingForConfirmation(AuthKey)
    }

    /// How often the server may ask for another secret.
    private static let retries = 5

    private let cipher: any Cipher
    private let random: RandomBytes
    private let keys: [RSAPublicKey]
    private let dataCentre: Int32
    private var state = State.waitingForProduct
    private let nonce: [UInt8]
    private var serverNonce: [UInt8] = []
    private var newNonce: [UInt8] = []
    private var temporary = (key: [UInt8](), iv: [UInt8]())
    private var group: DiffieHellmanGroup?
    private var serverValue: [UInt8] = []
    private var clockOffset = 0.0
    private var tries = 0

    /// - Parameter dataCentre: its number; 10,000 more on test servers, negative for those that hold only media.
    public init(dataCentre: Int32, keys: [RSAPublicKey], cipher: any Cipher, random: @escaping RandomBytes) {
        self.cipher = cipher
        self.random = random
        self.keys = keys
        self.dataCentre = dataCentre
        nonce = random(16)
    }

    /// The first question.
    public func start() -> Action {
        var writer = TLWriter(TL.reqPQMulti)
        writer.raw(nonce)
        return .send(writer.bytes)
    }

    /// Takes the body of an answer. It computes for a few milliseconds, and for some hundred where the prime is not the
    /// usual one.
    ///
    /// - Parameter now: seconds since 1970 on our clock.
    public mutating func receive(_ body: TLReader, now: Double) throws(HandshakeError) -> Action {
        do {
            switch state {
            case .waitingForProduct: return try split(body)
            case .waitingForGroup: return try answer(body, now)
            case .waitingForConfirmation(let key): return try confirm(body, key)
            }
        } catch let error as HandshakeError {
            throw error
        } catch {
            throw .malformed
        }
    }

    // MARK: - Proof of work

    private mutating func split(_ body: TLReader) throws -> Action {
        var reader = body
        try reader.expect(TL.resPQ)
        guard try reader.raw(16) == nonce else { throw HandshakeError.wrongNonce }
        serverNonce = try reader.raw(16)
        let product = try reader.bytes()
        let fingerprints = try reader.longs()
        guard let key = keys.first(where: { fingerprints.contains($0.fingerprint(cipher)) }) else {
            throw HandshakeError.unknownKey
        }
        guard let number = BigEndian.value(product), number <= Int64.max,
            let (p, q) = Factorization.factors(of: number)
        else { throw HandshakeError.badProduct }
        newNonce = random(32)
        var inner = TLWriter(TL.pqInnerDataDC)
        for value in [product, BigEndian.bytes(p), BigEndian.bytes(q)] { inner.bytes(value) }
        for value in [nonce, serverNonce, newNonce] { inner.raw(value) }
        inner.int(dataCentre)
        guard let encrypted = key.pad(inner.bytes, cipher, random) else { throw HandshakeError.cipher }
        var writer = TLWriter(TL.reqDHParams)
        writer.raw(nonce)
        writer.raw(serverNonce)
        writer.bytes(BigEndian.bytes(p))
        writer.bytes(BigEndian.bytes(q))
        writer.long(key.fingerprint(cipher))
        writer.bytes(encrypted)
        temporary = HandshakeSecrets.temporaryKey(newNonce: newNonce, serverNonce: serverNonce, cipher)
        state = .waitingForGroup
        return .send(writer.bytes)
    }

    private func checkNonces(_ reader: inout TLReader) throws {
        let areOurs = try reader.raw(16) == nonce
        guard try reader.raw(16) == serverNonce, areOurs else { throw HandshakeError.wrongNonce }
    }

    // MARK: - Key exchange

    private mutating func answer(_ body: TLReader, _ now: Double) throws -> Action {
        var reader = body
        let constructor = try reader.uint32()
        guard constructor == TL.serverDHParamsOK else {
            throw constructor == TL.serverDHParamsFail ? HandshakeError.refused : .malformed
        }
        try checkNonces(&reader)
        var encrypted = try reader.bytes()
        guard encrypted.count % 16 == 0, encrypted.count >= 32 else { throw HandshakeError.malformed }
        cipher.decryptIGE(&encrypted, 0..<encrypted.count, key: temporary.key, iv: temporary.iv)
        var inner = TLReader(encrypted, 20..<encrypted.count)
        try inner.expect(TL.serverDHInnerData)
        try checkNonces(&inner)
        let generator = try inner.int()
        let prime = try inner.bytes()
        let value = try inner.bytes()
        let time = try inner.int()
        guard inner.left < 16 else { throw HandshakeError.malformed }
        let hash = cipher.sha1(Array(encrypted[20..<inner.position]))
        guard cipher.areEqual(hash[...], encrypted[0..<20]) else { throw HandshakeError.badHash }
        guard let group = DiffieHellmanGroup(generator: Int(generator), prime: prime, cipher) else {
            throw HandshakeError.unsafeGroup
        }
        guard group.accepts(value) else { throw HandshakeError.unsafeValue }
        self.group = group
        serverValue = value
        clockOffset = Double(time) - now
        return try propose(group, retry: 0)
    }

    private mutating func propose(_ group: DiffieHellmanGroup, retry: Int64) throws -> Action {
        var secret = random(256)
        var value = cipher.power([UInt8(group.generator)], secret, modulo: group.prime)
        // The chance of a value too near an end is 2^-63: a second one only for a broken source of chance.
        if let found = value, !group.accepts(found) {
            secret = random(256)
            value = cipher.power([UInt8(group.generator)], secret, modulo: group.prime)
        }
        guard let value, group.accepts(value), let shared = cipher.power(serverValue, secret, modulo: group.prime)
        else {
            throw HandshakeError.cipher
        }
        var inner = TLWriter(TL.clientDHInnerData)
        inner.raw(nonce)
        inner.raw(serverNonce)
        inner.long(retry)
        inner.bytes(value)
        let hash = cipher.sha1(inner.bytes)
        var encrypted = hash + inner.bytes
        encrypted += random((16 - encrypted.count % 16) % 16)
        cipher.encryptIGE(&encrypted, 0..<encrypted.count, key: temporary.key, iv: temporary.iv)
        var writer = TLWriter(TL.setClientDHParams)
        writer.raw(nonce)
        writer.raw(serverNonce)
        writer.bytes(encrypted)
        state = .waitingForConfirmation(AuthKey(shared, cipher))
        return .send(writer.bytes)
    }

    private mutating func confirm(_ body: TLReader, _ key: AuthKey) throws -> Action {
        var reader = body
        let constructor = try reader.uint32()
        try checkNonces(&reader)
        let hash = try reader.raw(16)
        let kinds: [UInt32: UInt8] = [TL.dhGenOK: 1, TL.dhGenRetry: 2, TL.dhGenFail: 3]
        guard let kind = kinds[constructor] else { throw HandshakeError.malformed }
        let expected = cipher.sha1(newNonce, [kind], key.auxiliaryHash)
        guard cipher.areEqual(expected[4..<20], hash[...]) else { throw HandshakeError.badHash }
        switch kind {
        case 1:
            let salt = HandshakeSecrets.firstSalt(newNonce: newNonce, serverNonce: serverNonce)
            return .done(KeyAgreement(key: key, salt: salt, clockOffset: clockOffset))
        case 2:
            tries += 1
            guard tries <= Self.retries, let group else { throw HandshakeError.refused }
            let retry = key.auxiliaryHash.reversed().reduce(Int64(0)) { $0 << 8 | Int64($1) }
            return try propose(group, retry: retry)
        default: throw HandshakeError.refused
        }
    }
}
