/// What all calls of one client share. Nothing is read from the environment: a proxy is used when one is named here.
public struct HTTPClientConfiguration: Sendable {
    /// `http://`, `https://`, `socks5://` or `socks5h://` URL of a proxy; nil for none.
    public var proxy: String?
    /// Hosts that are reached without the proxy, separated by commas.
    public var proxyExceptions: String?
    /// A file of trusted certificates (PEM) in place of the system's.
    public var trustedCertificatesFile: String?
    /// Sent where a request names none.
    public var userAgent = "stentor"
    /// Open connections, busy and idle.
    public var maximumConnections = 256
    public var maximumConnectionsPerHost = 64
    /// Bytes of a response's head, all fields together.
    public var maximumHeadSize = 64 * 1024
    /// Unread bytes of a response, and unsent ones of a request, above which the other side waits.
    public var bufferSize = 256 * 1024

    public init() {}
}
