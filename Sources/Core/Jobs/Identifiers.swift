/// A job's name, given by the server or chosen by the client so that it can watch before its upload ends.
public struct JobID: Sendable, Hashable, Codable, CustomStringConvertible {
    public static let longest = 64

    public let text: String

    /// 1 to 64 letters, digits, `-`, `_` and `.`, beginning with a letter or a digit; anything else is `nil`.
    public init?(_ text: some StringProtocol) {
        guard (1...Self.longest).contains(text.utf8.count), let first = text.utf8.first, Self.isAlphanumeric(first),
            text.utf8.allSatisfy({ Self.isAlphanumeric($0) || [0x2d, 0x2e, 0x5f].contains($0) })
        else { return nil }
        self.text = String(text)
    }

    /// A new one that cannot be guessed: 130 bits in 26 letters and digits.
    public static func random(using generator: inout some RandomNumberGenerator) -> JobID {
        JobID(unchecked: RandomName.make(26, &generator))
    }

    private init(unchecked text: String) { self.text = text }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let id = JobID(text) else {
            throw Swift.DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a job id"))
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    public var description: String { text }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
    }
}

/// The name of a computation; never shown to users.
public struct ExecutionID: Sendable, Hashable, Codable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) { self.text = text }

    public static func random(using generator: inout some RandomNumberGenerator) -> ExecutionID {
        ExecutionID(RandomName.make(26, &generator))
    }

    public var description: String { text }
}

/// Whose a job is: `local` while no keys exist, `key:…` for an API key, `telegram:…` for somebody in Telegram.
public struct Owner: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Everybody while there are no keys. Limits that divide a server among its users do not bind it.
    public static let local = Owner("local")

    public let text: String

    public init(_ text: String) { self.text = text }

    public var description: String { text }
}

enum RandomName {
    private static let letters = Array("abcdefghijkmnpqrstuvwxyz23456789".utf8)

    static func make(_ count: Int, _ generator: inout some RandomNumberGenerator) -> String {
        // Twelve letters from each number: asking the system for one is a call to the kernel.
        var bits: UInt64 = 0
        return String(
            decoding: (0..<count).map { index in
                bits = index % 12 == 0 ? generator.next() : bits >> 5
                return letters[Int(bits & 31)]
            }, as: UTF8.self)
    }
}
