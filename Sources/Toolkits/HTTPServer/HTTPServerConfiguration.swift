public import HTTPParsing
public import IPAddresses

/// Where a server listens.
public enum ListenAddress: Sendable, Equatable {
    /// A TCP port; 0 takes a free one.
    case tcp(IPAddress, port: UInt16)
    /// A Unix socket. A file left there by a server that is gone is replaced.
    case unix(path: String)
}

/// A server's addresses, bounds and deadlines. The defaults suit a public server of media.
public struct HTTPServerConfiguration: Sendable {
    public var addresses: [ListenAddress]
    /// Certificate and key for TLS on every TCP address; nil for plain HTTP.
    public var certificate: Certificate?
    public var head = HeadLimits()
    public var limits = Limits()
    public var deadlines = Deadlines()
    /// What the server tells about itself in `Server`; nil for nothing.
    public var serverName: String? = "stentor"
    /// Told about what no client is told.
    public var report: @Sendable (HTTPServerReport) -> Void = { _ in }

    public init(addresses: [ListenAddress]) {
        self.addresses = addresses
    }

    /// Two PEM files.
    public struct Certificate: Sendable, Equatable {
        public var chainFile: String
        public var keyFile: String

        public init(chainFile: String, keyFile: String) {
            self.chainFile = chainFile
            self.keyFile = keyFile
        }
    }

    public struct Limits: Sendable {
        /// Open connections. Further clients wait in the kernel's queue until one ends.
        public var connections = 10_000
        /// Open connections from one address, IPv6 counted by /64; further ones are closed at once.
        public var connectionsPerAddress = 1000
        /// Addresses without that limit: reverse proxies.
        public var exemptAddresses: [IPRange] = []
        /// Bytes of a request's body; routes may allow less.
        public var bodySize: Int64 = 4 << 30
        /// Bytes of a body that wait for the handler, per connection.
        public var bodyBuffer = 256 * 1024
        /// Bytes the kernel keeps unsent per connection. Without it thousands of slow readers cost gigabytes.
        public var unsentBytes = 128 * 1024
        /// Bytes a handler may send without suspending before the loop looks at other connections.
        public var bytesPerTurn = 1 << 20
        /// WebSocket messages that wait for the handler, per connection.
        public var queuedMessages = 64

        public init() {}
    }

    /// How long a peer may take. Checked twice a second, so each may be passed by half a second.
    public struct Deadlines: Sendable {
        /// For the TLS handshake.
        public var handshake: Duration = .seconds(10)
        /// For a head, from its first byte; more bytes do not extend it.
        public var head: Duration = .seconds(10)
        /// Between two requests of a connection.
        public var idle: Duration = .seconds(60)
        /// Bytes per second a body must bring on average over `bodyWindow`, while it is being read.
        public var bodyRate = 512
        public var bodyWindow: Duration = .seconds(10)
        /// How long a body may rest because its handler does not read: the peer's end is not seen meanwhile.
        public var restingBody: Duration = .seconds(600)
        /// How long a peer may take nothing of a response.
        public var writeStall: Duration = .seconds(60)
        /// The same for a WebSocket.
        public var webSocketStall: Duration = .seconds(30)
        /// For the peer to close after the last response, so that it can still read that.
        public var linger: Duration = .seconds(2)
        /// How often the above are checked.
        public var tick: Duration = .milliseconds(500)

        public init() {}
    }
}

/// Something a server has to tell its operator.
public enum HTTPServerReport: Sendable {
    /// A handler threw something that is no `HTTPError`; the client got 500.
    case handlerFailed(any Error)
    /// A response broke off half-way because its producer threw.
    case responseFailed(any Error)
    /// A response was not sent because a header field of it is invalid.
    case invalidResponse
    /// No connection can be accepted at present: descriptors have run out.
    case acceptFailed(any Error)
}
