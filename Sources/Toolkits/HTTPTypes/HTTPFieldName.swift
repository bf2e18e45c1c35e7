/// The name of a header field; names compare without regard to case (RFC 9110 section 5.1).
public struct HTTPFieldName: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The name as it was written.
    public let name: String

    /// A name known to be a token: a constant of the program, or one the parser has checked.
    public init(_ name: String) {
        self.name = name
    }

    public init(stringLiteral value: String) {
        name = value
    }

    public static func == (left: Self, right: Self) -> Bool {
        guard left.name.utf8.count == right.name.utf8.count else { return false }
        // The usual case, compared a word at a time.
        if left.name == right.name { return true }
        return zip(left.name.utf8, right.name.utf8).allSatisfy { lowercased($0) == lowercased($1) }
    }

    public func hash(into hasher: inout Hasher) {
        for byte in name.utf8 { hasher.combine(lowercased(byte)) }
    }

    public var description: String { name }
}

/// ASCII only: field names hold nothing else.
@inline(__always)
private func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
}

extension HTTPFieldName {
    public static let accept = HTTPFieldName("Accept")
    public static let acceptEncoding = HTTPFieldName("Accept-Encoding")
    public static let acceptRanges = HTTPFieldName("Accept-Ranges")
    public static let accessControlAllowCredentials = HTTPFieldName("Access-Control-Allow-Credentials")
    public static let accessControlAllowHeaders = HTTPFieldName("Access-Control-Allow-Headers")
    public static let accessControlAllowMethods = HTTPFieldName("Access-Control-Allow-Methods")
    public static let accessControlAllowOrigin = HTTPFieldName("Access-Control-Allow-Origin")
    public static let accessControlExposeHeaders = HTTPFieldName("Access-Control-Expose-Headers")
    public static let accessControlMaxAge = HTTPFieldName("Access-Control-Max-Age")
    public static let accessControlRequestHeaders = HTTPFieldName("Access-Control-Request-Headers")
    public static let accessControlRequestMethod = HTTPFieldName("Access-Control-Request-Method")
    public static let allow = HTTPFieldName("Allow")
    public static let authorization = HTTPFieldName("Authorization")
    public static let cacheControl = HTTPFieldName("Cache-Control")
    public static let connection = HTTPFieldName("Connection")
    public static let contentDisposition = HTTPFieldName("Content-Disposition")
    public static let contentEncoding = HTTPFieldName("Content-Encoding")
    public static let contentLength = HTTPFieldName("Content-Length")
    public static let contentRange = HTTPFieldName("Content-Range")
    public static let contentType = HTTPFieldName("Content-Type")
    public static let cookie = HTTPFieldName("Cookie")
    public static let date = HTTPFieldName("Date")
    public static let eTag = HTTPFieldName("ETag")
    public static let expect = HTTPFieldName("Expect")
    public static let host = HTTPFieldName("Host")
    public static let ifMatch = HTTPFieldName("If-Match")
    public static let ifModifiedSince = HTTPFieldName("If-Modified-Since")
    public static let ifNoneMatch = HTTPFieldName("If-None-Match")
    public static let ifRange = HTTPFieldName("If-Range")
    public static let ifUnmodifiedSince = HTTPFieldName("If-Unmodified-Since")
    public static let lastModified = HTTPFieldName("Last-Modified")
    public static let location = HTTPFieldName("Location")
    public static let origin = HTTPFieldName("Origin")
    public static let proxyAuthorization = HTTPFieldName("Proxy-Authorization")
    public static let range = HTTPFieldName("Range")
    public static let retryAfter = HTTPFieldName("Retry-After")
    public static let secFetchSite = HTTPFieldName("Sec-Fetch-Site")
    public static let secWebSocketAccept = HTTPFieldName("Sec-WebSocket-Accept")
    public static let secWebSocketKey = HTTPFieldName("Sec-WebSocket-Key")
    public static let secWebSocketProtocol = HTTPFieldName("Sec-WebSocket-Protocol")
    public static let secWebSocketVersion = HTTPFieldName("Sec-WebSocket-Version")
    public static let server = HTTPFieldName("Server")
    public static let transferEncoding = HTTPFieldName("Transfer-Encoding")
    public static let upgrade = HTTPFieldName("Upgrade")
    public static let userAgent = HTTPFieldName("User-Agent")
    public static let vary = HTTPFieldName("Vary")
    public static let wwwAuthenticate = HTTPFieldName("WWW-Authenticate")
    public static let xForwardedFor = HTTPFieldName("X-Forwarded-For")
    public static let xForwardedHost = HTTPFieldName("X-Forwarded-Host")
    public static let xForwardedProto = HTTPFieldName("X-Forwarded-Proto")
    public static let xRequestID = HTTPFieldName("X-Request-ID")
}
