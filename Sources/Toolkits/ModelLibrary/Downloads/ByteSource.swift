/// Where downloads come from: a server, or what a test puts in its place.
public protocol ByteSource: Sendable {
    /// Asks for `url` from byte `offset` on.
    ///
    /// - Parameter validator: a strong entity tag: the server is to send the rest only if the file is still this one
    ///   (RFC 9110 section 13.1.5, `If-Range`).
    /// - Throws: `TransferFault`, or `CancellationError`.
    func open(_ url: String, from offset: Int64, validator: String?) async throws -> ByteAnswer
}

/// The head of a server's answer, and its body.
public struct ByteAnswer: Sendable {
    public var status: Int
    /// The value of `Content-Range`.
    public var contentRange: String?
    /// The value of `Content-Length`.
    public var contentLength: Int64?
    /// The entity tag, when it is a strong one.
    public var validator: String?
    /// Seconds of `Retry-After`, when the server gave a number.
    public var retryAfter: Int?
    /// The next piece of the body, `nil` at its end.
    ///
    /// Throws `TransferFault` when it breaks off, or `CancellationError`.
    public var next: @Sendable () async throws -> [UInt8]?

    public init(
        status: Int, contentRange: String? = nil, contentLength: Int64? = nil, validator: String? = nil,
        retryAfter: Int? = nil, next: @escaping @Sendable () async throws -> [UInt8]?
    ) {
        self.status = status
        self.contentRange = contentRange
        self.contentLength = contentLength
        self.validator = validator
        self.retryAfter = retryAfter
        self.next = next
    }
}

/// A call that got no answer, or lost it half-way.
public struct TransferFault: Error, Hashable, Sendable {
    /// Whether the same call may succeed a moment later.
    public var isTransient: Bool
    /// What happened, without URL or address.
    public var reason: String

    public init(isTransient: Bool, reason: String) {
        self.isTransient = isTransient
        self.reason = reason
    }
}
