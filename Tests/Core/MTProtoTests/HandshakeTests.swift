import FakeTelegram
import MTProto
import Testing

struct HandshakeTests {
    /// Plays an exchange between our client and a simulated data centre.
    private func play(
        _ lie: ServerHandshake.Lie?, retries: Int = 0, clientCentre: Int32 = 2, keys: [RSAPublicKey]? = nil
    ) throws -> (agreement: KeyAgreement?, key: AuthKey?, refused: Bool) {
        var server = try #require(ServerHandshake(dataCentre: 2, lie: lie))
        server.wantedRetries = retries
        let known = try #require(RSAPublicKey.keys(pem: SimulatedKeys.pem))
        var client = ClientHandshake(
            dataCentre: clientCentre, keys: keys ?? known, cipher: cipher, random: seeded(UInt64(retries) + 5))
        var action = client.start()
        var agreed: AuthKey?
        for _ in 0..<20 {
            guard case .send(let body) = action else { break }
            switch server.receive(TLReader(body), time: 1_700_000_100) {
            case .refuse: return (nil, nil, true)
            case .send(let answer): action = try client.receive(TLReader(answer), now: 1_700_000_000)
            case .done(let answer, let key):
                agreed = key
                action = try client.receive(TLReader(answer), now: 1_700_000_000)
            }
        }
        guard case .done(let agreement) = action else { return (nil, agreed, false) }
        return (agreement, agreed, false)
    }

    @Test(arguments: [0, 1, 5])
    func `both sides end with the same key`(_ retries: Int) throws {
        let result = try play(nil, retries: retries)
        let agreement = try #require(result.agreement)
        #expect(agreement.key == result.key && agreement.clockOffset == 100)
    }

    @Test func `a client that means another data centre is refused`() throws {
        #expect(try play(nil, clientCentre: 4).refused)
        #expect(try play(nil, clientCentre: 10_002).agreement != nil)
        #expect(try play(nil, clientCentre: -2).agreement != nil)
    }

    static let lies: [(ServerHandshake.Lie, HandshakeError)] = [
        (.nonce, .wrongNonce), (.serverNonce, .wrongNonce), (.product, .badProduct), (.fingerprint, .unknownKey),
        (.answerHash, .badHash), (.shortPrime, .unsafeGroup), (.unsafePrime, .unsafeGroup), (.generator, .unsafeGroup),
        (.smallValue, .unsafeValue), (.largeValue, .unsafeValue), (.confirmation, .badHash), (.retryForEver, .refused),
        (.refusal, .refused),
    ]

    @Test(arguments: lies.indices)
    func `a server that lies gets no key`(_ index: Int) throws {
        #expect(throws: Self.lies[index].1) { try play(Self.lies[index].0) }
    }

    @Test func `every lie is in the list`() {
        #expect(Set(Self.lies.map(\.0)) == Set(ServerHandshake.Lie.allCases))
    }

    @Test func `answers that are cut or changed end the exchange`() throws {
        var server = try #require(ServerHandshake(dataCentre: 2))
        let keys = try #require(RSAPublicKey.keys(pem: SimulatedKeys.pem))
        let client = ClientHandshake(dataCentre: 2, keys: keys, cipher: cipher, random: seeded(3))
        guard case .send(let body) = client.start(), case .send(let answer) = server.receive(TLReader(body), time: 0)
        else { return }
        for count in stride(from: 0, to: answer.count, by: 4) {
            var copy = client
            #expect(throws: HandshakeError.malformed) {
                try copy.receive(TLReader(Array(answer[..<count])), now: 0)
            }
        }
    }

    @Test(arguments: 0...8)
    func `generators are checked against the prime`(_ generator: Int) {
        let group = DiffieHellmanGroup(generator: generator, prime: DiffieHellmanGroup.telegramPrime, cipher)
        // Of Telegram's prime these generate the squares.
        #expect((group != nil) == [3, 4, 7].contains(generator))
    }

    @Test func `keys in PEM are read, and broken ones are not`() throws {
        let pem = SimulatedKeys.pem
        #expect(RSAPublicKey.keys(pem: pem)?.count == 2)
        #expect(RSAPublicKey.keys(pem: "") == nil && RSAPublicKey.keys(pem: "text") == nil)
        #expect(RSAPublicKey.keys(pem: String(pem.dropLast(60))) == nil)
        let start = try #require(pem.firstIndex(of: "M"))
        var changed = pem
        changed.replaceSubrange(start...start, with: "N")
        #expect(RSAPublicKey.keys(pem: changed) == nil)
    }
}
