extension RedisAddress {
    private static let longest = 2048
    private static let sentinelsAtMost = 32

    /// Throws `RedisAddressError` with a sentence that repeats nothing of the text.
    public init(_ text: String) throws(RedisAddressError) {
        guard text.utf8.count <= Self.longest, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw Self.wrong("must be plain text without spaces")
        }
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let (usesTLS, isSentinel) = Self.schemes[parts[0].lowercased()] else {
            throw Self.wrong("must begin with redis://, rediss://, redis-sentinel:// or rediss-sentinel://")
        }
        guard !parts[1].contains(where: { $0 == "?" || $0 == "#" }) else {
            throw Self.wrong("takes no ? and no #; write them as %3F and %23 in a password")
        }
        let pieces = parts[1].split(separator: "/", omittingEmptySubsequences: false)
        let authority = pieces[0]
        var path = pieces.dropFirst().map(String.init)
        if path.last == "" { path.removeLast() }
        let at = authority.lastIndex(of: "@")
        let hosts = at.map { authority[authority.index(after: $0)...] } ?? authority
        let place: Place
        if isSentinel {
            guard let name = path.first, !name.isEmpty else {
                throw Self.wrong("needs the master's name after the hosts")
            }
            path.removeFirst()
            place = .master(name: try Self.decoded(name), sentinels: try Self.endpoints(hosts, port: 26379))
        } else {
            place = .server(try Self.endpoint(hosts, port: 6379))
        }
        self.init(place, usesTLS: usesTLS, database: try Self.database(path))
        if let at { try setCredentials(authority[..<at]) }
    }

    private static let schemes: [String: (usesTLS: Bool, isSentinel: Bool)] = [
        "redis": (false, false), "rediss": (true, false), "redis-sentinel": (false, true),
        "rediss-sentinel": (true, true),
    ]

    private static func wrong(_ what: String) -> RedisAddressError {
        RedisAddressError(description: "The address of Redis \(what).")
    }

    private mutating func setCredentials(_ text: Substring) throws(RedisAddressError) {
        guard let colon = text.firstIndex(of: ":") else {
            throw Self.wrong("needs user:password or :password before @")
        }
        let name = try Self.decoded(text[..<colon])
        user = name.isEmpty ? nil : name
        password = try Self.decoded(text[text.index(after: colon)...])
    }

    private static func database(_ path: [String]) throws(RedisAddressError) -> Int {
        guard let text = path.first else { return 0 }
        guard path.count == 1, let number = Int(text), (0..<10_000).contains(number) else {
            throw wrong("ends with the number of a database, such as /0")
        }
        return number
    }

    private static func endpoints(_ text: Substring, port: UInt16) throws(RedisAddressError) -> [Endpoint] {
        var found: [Endpoint] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            found.append(try endpoint(part, port: port))
        }
        guard found.count <= sentinelsAtMost else { throw wrong("names more sentinels than \(sentinelsAtMost)") }
        return found
    }

    private static func endpoint(_ text: Substring, port: UInt16) throws(RedisAddressError) -> Endpoint {
        var (host, rest) = (text, Substring())
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { throw wrong("has a [ without ]") }
            host = text[text.index(after: text.startIndex)..<end]
            rest = text[text.index(after: end)...]
        } else if let colon = text.firstIndex(of: ":") {
            (host, rest) = (text[..<colon], text[colon...])
        }
        guard (1...255).contains(host.utf8.count) else { throw wrong("needs a host") }
        guard !rest.isEmpty else { return Endpoint(host: String(host), port: port) }
        guard rest.first == ":", let number = UInt16(rest.dropFirst()), number > 0 else {
            throw wrong("has a port that is none")
        }
        return Endpoint(host: String(host), port: number)
    }

    /// RFC 3986, section 2.1.
    private static func decoded(_ text: some StringProtocol) throws(RedisAddressError) -> String {
        var bytes: [UInt8] = []
        var letters = Array(text.utf8)[...]
        while let letter = letters.popFirst() {
            guard letter == UInt8(ascii: "%") else {
                bytes.append(letter)
                continue
            }
            guard letters.count >= 2, let byte = UInt8(String(decoding: letters.prefix(2), as: UTF8.self), radix: 16)
            else { throw wrong("has a % without two digits") }
            bytes.append(byte)
            letters = letters.dropFirst(2)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw wrong("holds letters that are not UTF-8")
        }
        return text
    }
}
