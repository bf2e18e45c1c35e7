/// Where data centres are, from `help.getConfig`.
public struct ServerConfig: Sendable, Hashable {
    public struct Option: Sendable, Hashable {
        public var dataCentre: Int
        /// An IPv4 or IPv6 address.
        public var address: String
        public var port: UInt16
        public var isIPv6: Bool
        public var isMediaOnly: Bool
        /// Reached only by obfuscated connections.
        public var isObfuscatedOnly: Bool
        public var isCDN: Bool
    }

    public var thisDataCentre: Int
    public var options: [Option]

    /// Reads up to the addresses; what follows is of no use here.
    public init(_ answer: TLReader) throws(TLError) {
        var reader = answer
        try reader.expect(TL.config)
        _ = (try reader.int(), try reader.int(), try reader.int(), try reader.bool())
        thisDataCentre = Int(try reader.int())
        options = []
        for _ in 0..<(try reader.vectorCount(smallest: 20)) { options.append(try Option(&reader)) }
    }
}

extension ServerConfig.Option {
    init(_ reader: inout TLReader) throws(TLError) {
        try reader.expect(TL.dcOption)
        let flags = try reader.uint32()
        dataCentre = Int(try reader.int())
        address = try reader.string()
        port = UInt16(clamping: try reader.int())
        isIPv6 = flags & 1 != 0
        isMediaOnly = flags & 2 != 0
        isObfuscatedOnly = flags & 4 != 0
        isCDN = flags & 8 != 0
        if flags & 1 << 10 != 0 { _ = try reader.bytes() }
    }
}
