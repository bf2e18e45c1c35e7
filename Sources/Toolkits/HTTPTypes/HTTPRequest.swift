public import IPAddresses

/// A request as its handler sees it: parsed, checked, with the body still arriving.
public struct HTTPRequest: Sendable {
    public var method: HTTPMethod
    /// The path with percent-encoding removed. It begins with "/", or is "*" for `OPTIONS *`. No segment is "." or
    /// "..", and a "/" inside a segment cannot occur: the parser refuses such targets.
    public var path: String
    /// What follows the "?", still encoded; nil without one.
    public var query: String?
    public var fields: HTTPFields
    public var body: IncomingBody
    /// The address of the client: of the peer, or what a trusted proxy says. Nil on Unix sockets and in memory.
    public var remoteAddress: IPAddress?
    /// `http` or `https`, as the client sees it.
    public var scheme: String
    /// The host and port the client asked for; empty when an HTTP/1.0 client named none.
    public var authority: String
    /// Values that middleware found out for handlers.
    public var attributes = Attributes()

    public init(
        method: HTTPMethod, path: String, query: String? = nil, fields: HTTPFields = [:],
        body: IncomingBody = .empty, remoteAddress: IPAddress? = nil, scheme: String = "http", authority: String = ""
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.fields = fields
        self.body = body
        self.remoteAddress = remoteAddress
        self.scheme = scheme
        self.authority = authority
    }
}

extension HTTPRequest {
    /// Names a value of one type that travels with a request.
    public protocol AttributeKey {
        associatedtype Value: Sendable
    }

    /// A set of values, one for each key type.
    public struct Attributes: Sendable {
        private var values: [ObjectIdentifier: any Sendable] = [:]

        public init() {}

        public subscript<Key: AttributeKey>(key: Key.Type) -> Key.Value? {
            get { values[ObjectIdentifier(key)] as? Key.Value }
            set { values[ObjectIdentifier(key)] = newValue }
        }
    }
}
