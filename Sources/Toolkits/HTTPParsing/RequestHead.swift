public import HTTPTypes

/// A request's head after every check that needs no knowledge of routes.
public struct RequestHead: Sendable, Equatable {
    /// How the body's end is found (RFC 9112 section 6).
    public enum Framing: Sendable, Equatable {
        case none
        case length(Int64)
        case chunked
    }

    public enum Version: Sendable, Equatable {
        case http10
        case http11
    }

    public var method: HTTPMethod
    public var version: Version
    /// The path, decoded and checked; see `HTTPRequest.path`.
    public var path: String
    public var query: String?
    /// From an absolute target, else from `Host`.
    public var authority: String
    public var fields: HTTPFields
    public var framing: Framing
    /// Whether the client wants the connection to stay open.
    public var keepsAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends its body.
    public var expectsContinue: Bool
}

/// The bounds of a head.
public struct HeadLimits: Sendable {
    /// Bytes of the request line and all fields.
    public var size = 16 * 1024
    /// Bytes of the request target.
    public var targetSize = 8 * 1024
    /// Field lines.
    public var fieldCount = 100

    public init() {}
}

/// Why a head was refused, and as much of the request line as could be read: the path decides the form of the answer.
public struct HeadError: Error, Equatable {
    public let error: HTTPError
    public let path: String?
}
