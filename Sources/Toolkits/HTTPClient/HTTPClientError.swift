/// Why a call got no response, or lost it half-way. Holds no URL, no header and no body.
public struct HTTPClientError: Error, Equatable, CustomStringConvertible {
    /// The kinds of failure a caller may want to tell apart.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Value: String {
            case invalidRequest, resolution, connection, refusedAddress, security, deadline, connectTimeout, tooSlow
            case interrupted, tooManyRedirects, refusedRedirect, malformedResponse, responseHeadTooLarge, producer
            case shutDown, library
        }

        private let value: Value
        private init(_ value: Value) { self.value = value }

        /// The request itself cannot be sent: URL, header field or combination of options.
        public static let invalidRequest = Code(.invalidRequest)
        /// The name of the host does not resolve.
        public static let resolution = Code(.resolution)
        /// No connection could be made.
        public static let connection = Code(.connection)
        /// The host's address is one the address policy refuses.
        public static let refusedAddress = Code(.refusedAddress)
        /// TLS failed: certificate, name or handshake.
        public static let security = Code(.security)
        /// The total deadline passed.
        public static let deadline = Code(.deadline)
        /// The connection was not made in time.
        public static let connectTimeout = Code(.connectTimeout)
        /// The transfer stayed below its minimum rate.
        public static let tooSlow = Code(.tooSlow)
        /// The connection broke after it was made.
        public static let interrupted = Code(.interrupted)
        public static let tooManyRedirects = Code(.tooManyRedirects)
        /// A redirect the policy does not allow, or one whose body cannot be sent again.
        public static let refusedRedirect = Code(.refusedRedirect)
        /// The answer is not HTTP.
        public static let malformedResponse = Code(.malformedResponse)
        public static let responseHeadTooLarge = Code(.responseHeadTooLarge)
        /// The producer of the request body threw; see `HTTPClientError.cause`.
        public static let producer = Code(.producer)
        /// The client was shut down.
        public static let shutDown = Code(.shutDown)
        /// libcurl failed in a way not listed here.
        public static let library = Code(.library)

        public var description: String { value.rawValue }
    }

    public let code: Code
    /// A sentence for people.
    public let message: String
    /// Whether no byte of the request can have reached the peer: sending it again is safe for every method.
    public let beforeSending: Bool
    /// What the body's producer threw.
    public let cause: (any Error)?

    init(_ code: Code, _ message: String, beforeSending: Bool = false, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.beforeSending = beforeSending
        self.cause = cause
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.code == right.code && left.message == right.message
    }

    public var description: String { "\(code): \(message)" }
}
