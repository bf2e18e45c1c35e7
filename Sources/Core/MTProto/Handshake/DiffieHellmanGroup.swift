/// A prime and a generator a server proposes, and the checks without which a key made with them would be nobody's secret
/// (https://core.telegram.org/mtproto/security_guidelines#diffie-hellman).
public struct DiffieHellmanGroup: Sendable, Hashable {
    public let generator: Int
    public let prime: [UInt8]

    /// The prime of Telegram's servers; known to be a safe one.
    public static let telegramPrime = hexadecimal(
        """
        C71CAEB9C6B1C9048E6C522F70F13F73980D40238E3E21C14934D037563D930F48198A0AA7C14058229493D22530F4DB\
        FA336F6E0AC925139543AED44CCE7C3720FD51F69458705AC68CD4FE6B6B13ABDC9746512969328454F18FAF8C595F64\
        2477FE96BB2A941D5BCD1D4AC8CC49880708FA9B378E3C4F3A9060BEE67CF9A4A4A695811051907E162753B56B0F6B41\
        0DBA74D8A84B2A14B3144E0EF1284754FD17ED950D5965B4B9DD46582DB1178D169C6BC465B0D6FF9CA3928FEF5B9AE4\
        E418FC15E83EBEA0F87FA9FF5EED70050DED2849F47BF959D956850CE929851F0D8115F635B105EE2E4E15D04B2454BF\
        6F4FADF034B10403119CD8E3B92FCC5B
        """)

    /// Fails for a prime that is not one of exactly 2048 bits with a prime (p-1)/2, and for a generator of another group
    /// than the one of squares.
    public init?(generator: Int, prime: [UInt8], _ cipher: any Cipher) {
        guard prime.count == 256, prime[0] >= 0x80, Self.generates(generator, prime) else { return nil }
        if prime != Self.telegramPrime {
            guard cipher.isPrime(prime), cipher.isPrime(BigEndian.half(prime)) else { return nil }
        }
        self.generator = generator
        self.prime = prime
    }

    private static func generates(_ generator: Int, _ prime: [UInt8]) -> Bool {
        switch generator {
        case 2: BigEndian.remainder(prime, 8) == 7
        case 3: BigEndian.remainder(prime, 3) == 2
        case 4: true
        case 5: [1, 4].contains(BigEndian.remainder(prime, 5))
        case 6: [19, 23].contains(BigEndian.remainder(prime, 24))
        case 7: [3, 5, 6].contains(BigEndian.remainder(prime, 7))
        default: false
        }
    }

    /// Whether a public value lies far enough from both ends: from 2^1984 to the prime less that.
    public func accepts(_ value: [UInt8]) -> Bool {
        let margin = BigEndian.powerOfTwo(2048 - 64)
        return !BigEndian.isLess(value, margin) && !BigEndian.isLess(BigEndian.difference(prime, margin), value)
    }

    private static func hexadecimal(_ text: String) -> [UInt8] {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
