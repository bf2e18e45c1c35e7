public import HTTPTypes

/// One event of an event stream (HTML, "Server-sent events").
public struct ServerSentEvent: Sendable, Equatable {
    /// The payload; may have several lines.
    public var data: String
    /// The name of the event; nil for plain messages.
    public var event: String?
    /// What a client that reconnects names as the last one it got.
    public var id: String?
    /// How long a client waits before it reconnects.
    public var retry: Duration?

    public init(_ data: String, event: String? = nil, id: String? = nil, retry: Duration? = nil) {
        self.data = data
        self.event = event
        self.id = id
        self.retry = retry
    }

    /// The bytes on the wire. Line ends inside names would begin fields of their own, so they are left out there;
    /// every kind of line end in the data begins a new `data:` line.
    var encoded: [UInt8] {
        var text = ""
        if let event { text += "event: \(Self.line(event))\n" }
        if let id { text += "id: \(Self.line(id))\n" }
        if let retry {
            let (seconds, attoseconds) = retry.components
            text += "retry: \(seconds * 1000 + attoseconds / 1_000_000_000_000_000)\n"
        }
        let lines = data.split(
            omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" || $0 == "\r" })
        for line in lines { text += "data: \(line)\n" }
        return Array((text + "\n").utf8)
    }

    private static func line(_ text: String) -> String {
        String(text.unicodeScalars.filter { $0 != "\n" && $0 != "\r" && $0 != "\0" })
    }
}

/// Sends events to one client.
public struct ServerSentEventWriter: Sendable {
    private let writer: any BodyWriter

    init(_ writer: any BodyWriter) {
        self.writer = writer
    }

    /// Sends an event; suspends while the client has not taken what went before.
    public func send(_ event: ServerSentEvent) async throws {
        try await writer.write(event.encoded)
    }

    /// Sends a comment: nothing to the client, but proof of life to whatever lies between.
    public func keepAlive() async throws {
        try await writer.write(Array(":\n\n".utf8))
    }
}

extension HTTPResponse {
    /// A stream of events that lasts as long as `produce` runs.
    public static func events(
        _ produce: @escaping @Sendable (ServerSentEventWriter) async throws -> Void
    ) -> HTTPResponse {
        HTTPResponse(
            .ok,
            fields: [
                .contentType: "text/event-stream", .cacheControl: "no-store",
                // nginx would collect events before it passes them on.
                HTTPFieldName("X-Accel-Buffering"): "no",
            ],
            body: .stream { try await produce(ServerSentEventWriter($0)) })
    }
}
