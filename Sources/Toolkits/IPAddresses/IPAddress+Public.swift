extension IPAddress {
    /// Whether the address belongs to a host anybody on the internet can reach: not loopback, private, link-local,
    /// multicast, reserved, documentation, or a translation of one of those.
    ///
    /// Source: the IANA special-purpose address registries (RFC 6890 and its updates).
    public var isPublic: Bool {
        if v4 != nil { return !SpecialBlocks.v4.contains { $0.contains(self) } }
        // Only 2000::/3 is assigned for global unicast, and NAT64 carries IPv4.
        if SpecialBlocks.nat64.contains(self) {
            return IPAddress(v4: UInt32(truncatingIfNeeded: low)).isPublic
        }
        guard high >> 61 == 1, !SpecialBlocks.v6.contains(where: { $0.contains(self) }) else { return false }
        if high >> 48 == 0x2002 {  // 6to4: the IPv4 address of the relay follows the prefix
            return IPAddress(v4: UInt32(truncatingIfNeeded: high >> 16)).isPublic
        }
        return true
    }

    /// Whether the address is this machine itself.
    public var isLoopback: Bool {
        if let v4 { return v4 >> 24 == 127 }
        return high == 0 && low == 1
    }
}

private enum SpecialBlocks {
    static let v4 = blocks([
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    ])
    static let v6 = blocks(["2001::/23", "2001:db8::/32", "3fff::/20"])
    static let nat64 = blocks(["64:ff9b::/96"])[0]

    private static func blocks(_ texts: [String]) -> [IPRange] {
        let ranges = texts.compactMap { IPRange($0) }
        precondition(ranges.count == texts.count, "a block of the table does not parse")
        return ranges
    }
}
