/// A block of addresses in CIDR form: `10.0.0.0/8`, `fd00::/8`, or one address.
public struct IPRange: Hashable, Sendable, CustomStringConvertible {
    private let network: IPAddress
    /// Leading bits that must agree, counted over 128.
    private let bits: Int

    /// Reads a block; nil when the address or the number of bits makes no sense.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        let offset = address.v4 == nil ? 0 : 96
        if parts.count == 2 {
            guard let bits = Int(parts[1]), bits >= 0, bits <= 128 - offset else { return nil }
            self.bits = bits + offset
        } else {
            bits = 128
        }
        network = Self.masked(address, to: bits)
    }

    public func contains(_ address: IPAddress) -> Bool {
        Self.masked(address, to: bits) == network
    }

    public var description: String {
        let offset = network.v4 == nil ? 0 : 96
        return "\(network)/\(bits - offset)"
    }

    private static func masked(_ address: IPAddress, to bits: Int) -> IPAddress {
        IPAddress(high: address.high & mask(bits), low: address.low & mask(bits - 64))
    }

    /// A word with its first `bits` bits set. Swift's smart shift makes 0 for shifts of 64 and more.
    private static func mask(_ bits: Int) -> UInt64 {
        bits <= 0 ? 0 : ~UInt64(0) << UInt64(max(0, 64 - bits))
    }
}
