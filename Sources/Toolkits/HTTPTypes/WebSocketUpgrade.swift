/// A whole WebSocket message.
public enum WebSocketMessage: Sendable, Equatable {
    case text(String)
    case binary([UInt8])

    /// Bytes of the payload.
    public var count: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .binary(let bytes): bytes.count
        }
    }
}

/// A WebSocket as its handler uses it (RFC 6455).
public protocol WebSocketChannel: Sendable {
    /// The next message; nil once the peer has closed. One caller at a time.
    func receive() async throws -> WebSocketMessage?

    /// Sends a message; suspends while the peer has not taken what went before.
    ///
    /// - Throws: `WebSocketClosedError` when the connection is closed or being closed.
    func send(_ message: WebSocketMessage) async throws

    /// Begins the closing handshake. The connection ends when the peer answers, or shortly after.
    func close(code: UInt16, reason: String) async
}

/// The WebSocket is closed, or closing.
public struct WebSocketClosedError: Error, Equatable, CustomStringConvertible {
    public init() {}
    public var description: String { "the WebSocket is closed" }
}

/// Turns a response into a WebSocket: the connection answers 101 and hands itself to `handler`.
public struct WebSocketUpgrade: Sendable {
    public typealias Handler = @Sendable (any WebSocketChannel) async throws -> Void

    /// Largest message taken from the peer, in bytes; a larger one closes with 1009.
    public var maximumMessageSize: Int
    /// How often the peer is asked for a sign of life; one that does not answer within the same time again is cut.
    public var pingInterval: Duration
    public let handler: Handler

    public init(
        maximumMessageSize: Int = 1 << 20, pingInterval: Duration = .seconds(20), handler: @escaping Handler
    ) {
        self.maximumMessageSize = maximumMessageSize
        self.pingInterval = pingInterval
        self.handler = handler
    }
}
