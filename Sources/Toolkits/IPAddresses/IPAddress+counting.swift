extension IPAddress {
    /// What a host counts as where each has a share: one has a whole /64 of IPv6 addresses to call from.
    public var countingKey: IPAddress { v4 == nil ? IPAddress(high: high, low: 0) : self }
}
