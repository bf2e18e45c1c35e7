/// Where a server is and how to be let in, as a URL says it:
/// `redis://user:password@host:6379/0`, `rediss://…` with TLS, and
/// `redis-sentinel://user:password@host:26379,host2/master/0` (`rediss-sentinel://…`) for the master that sentinels know.
///
/// Its description holds no password.
public struct RedisAddress: Sendable, Hashable, CustomStringConvertible {
    public struct Endpoint: Sendable, Hashable, CustomStringConvertible {
        public var host: String
        public var port: UInt16

        public init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }

        public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    public enum Place: Sendable, Hashable {
        case server(Endpoint)
        /// The master of this name, asked for at the first sentinel that answers.
        case master(name: String, sentinels: [Endpoint])
    }

    public var place: Place
    public var usesTLS: Bool
    /// An ACL user; nil is the default one.
    public var user: String?
    public var password: String?
    public var database: Int

    public init(
        _ place: Place, usesTLS: Bool = false, user: String? = nil, password: String? = nil, database: Int = 0
    ) {
        self.place = place
        self.usesTLS = usesTLS
        self.user = user
        self.password = password
        self.database = database
    }

    public var description: String {
        let scheme = usesTLS ? "rediss" : "redis"
        switch place {
        case .server(let endpoint): return "\(scheme)://\(endpoint)/\(database)"
        case .master(let name, let sentinels):
            return "\(scheme)-sentinel://\(sentinels.map(\.description).joined(separator: ","))/\(name)/\(database)"
        }
    }
}

/// What is wrong with an address, without repeating it.
public struct RedisAddressError: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
}
