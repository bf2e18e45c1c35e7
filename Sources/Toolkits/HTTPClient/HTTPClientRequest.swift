public import HTTPTypes
public import IPAddresses

/// One call: what to send, where, and how long to wait.
public struct HTTPClientRequest: Sendable {
    public var method: HTTPMethod
    /// An absolute `http` or `https` URL without user information.
    public var url: String
    /// Fields in the order in which they are sent. `Host`, `Content-Length` and `Transfer-Encoding` are the client's.
    public var fields: HTTPFields
    public var body: OutgoingBody
    public var timeouts = Timeouts()
    public var redirects = RedirectPolicy.never
    public var retries = RetryPolicy.never
    public var addresses = AddressPolicy.any
    public var version = Version.automatic
    /// Connects to this Unix socket in place of the URL's host.
    public var unixSocketPath: String?
    /// Fields that a redirect to another origin does not take along.
    public var credentialFields: Set<HTTPFieldName> = [
        .authorization, .cookie, .proxyAuthorization, HTTPFieldName("X-API-Key"),
    ]

    public init(_ method: HTTPMethod = .get, _ url: String, fields: HTTPFields = [:], body: OutgoingBody = .empty) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
    }
}

extension HTTPClientRequest {
    /// How long a call may take.
    public struct Timeouts: Sendable {
        /// From the call to the last byte of the response's body, redirects, retries and pauses of the reader
        /// included; nil for none.
        public var total: Duration? = .seconds(60)
        /// For name resolution, connection and TLS handshake.
        public var connect: Duration = .seconds(10)
        /// The least rate, where one is asked for. A pause made by a slow reader does not count.
        public var minimumRate: MinimumRate?

        public init() {}
    }

    /// Bytes per second that must be reached on average over a window.
    public struct MinimumRate: Sendable {
        public var bytesPerSecond: Int
        /// Whole seconds.
        public var over: Duration

        public init(bytesPerSecond: Int, over: Duration) {
            self.bytesPerSecond = bytesPerSecond
            self.over = over
        }
    }

    /// What to do with a response that points elsewhere (RFC 9110 section 15.4).
    public struct RedirectPolicy: Sendable {
        /// The most redirects of one call; 0 hands the first 3xx response to the caller.
        public var limit: Int
        /// Whether another scheme, host or port may be gone to.
        public var allowsOtherOrigins: Bool
        /// Whether `https` may lead to `http`.
        public var allowsDowngrade: Bool

        public init(limit: Int, allowsOtherOrigins: Bool = true, allowsDowngrade: Bool = false) {
            self.limit = limit
            self.allowsOtherOrigins = allowsOtherOrigins
            self.allowsDowngrade = allowsDowngrade
        }

        public static let never = RedirectPolicy(limit: 0)
        /// At most five, never from `https` to `http`.
        public static let follow = RedirectPolicy(limit: 5)
    }

    /// How often to try again where that is safe: nothing was sent, or the method is idempotent, the body can be
    /// sent again and no response has begun.
    public struct RetryPolicy: Sendable {
        /// Tries after the first.
        public var limit: Int
        /// The wait before the first retry; it doubles from one to the next.
        public var firstDelay: Duration

        public init(limit: Int, firstDelay: Duration = .milliseconds(100)) {
            self.limit = limit
            self.firstDelay = firstDelay
        }

        public static let never = RetryPolicy(limit: 0)
    }

    /// Which addresses may be connected to. Checked when the socket is made, for every address of every hop, so that
    /// neither a name that changes its address nor a redirect gets around it.
    public enum AddressPolicy: Sendable {
        /// All of them: for hosts the operator has chosen.
        case any
        /// Only hosts on the public internet: for URLs given by users. Excludes proxies and Unix sockets, which
        /// hide the address.
        case publicOnly
        /// Those the function accepts; excludes proxies and Unix sockets too.
        case accepting(@Sendable (IPAddress) -> Bool)
    }

    public enum Version: Sendable {
        /// HTTP/2 where TLS negotiates it, else HTTP/1.1.
        case automatic
        case http1
        /// HTTP/2 without negotiation, also in clear text.
        case http2PriorKnowledge
    }
}
