import EventLoops
import HTTPRouting
import HTTPTesting
import HTTPTypes
import Testing

@testable import HTTPServer

private struct Sockets: HTTPResponder {
    let ended = Guarded<[String]>([])

    func respond(to request: HTTPRequest) async throws -> HTTPResponse {
        switch request.path {
        case "/echo":
            return try .webSocket(
                request,
                WebSocketUpgrade(maximumMessageSize: 100_000) { channel in
                    while let message = try await channel.receive() { try await channel.send(message) }
                    ended.withLock { $0.append("echo") }
                })
        case "/watched":
            return try .webSocket(
                request,
                WebSocketUpgrade(pingInterval: .milliseconds(100)) { channel in _ = try await channel.receive() })
        case "/flood":
            return try .webSocket(
                request,
                WebSocketUpgrade { channel in
                    while true { try await channel.send(.binary([UInt8](repeating: 1, count: 60_000))) }
                })
        default:
            return try .webSocket(request, WebSocketUpgrade { channel in try await channel.send(.text("bye")) })
        }
    }
}

private let upgrade = """
    Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n
    """

@Suite("WebSockets on a socket", .timeLimit(.minutes(10)))
struct WebSocketTests {
    /// A masked text frame with a key of zeros.
    private func text(_ text: String) -> [UInt8] {
        [0x81, 0x80 | UInt8(text.utf8.count), 0, 0, 0, 0] + Array(text.utf8)
    }

    private func open(_ server: TestServer, _ path: String, then extra: [UInt8] = []) async throws -> RawConnection {
        let connection = try server.connect()
        try await connection.send(Array("GET \(path) HTTP/1.1\r\nHost: h\r\n\(upgrade)".utf8) + extra)
        let head = await connection.receive(through: "\r\n\r\n")
        #expect(head.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
        #expect(head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
        #expect(head.contains("Connection: Upgrade\r\nUpgrade: websocket\r\n"))
        return connection
    }

    @Test("frames that come with the handshake are not lost, and the closing handshake completes")
    func echo() async throws {
        let sockets = Sockets()
        try await withTestServer(sockets) { server async throws in
            let connection = try await open(server, "/echo", then: text("early"))
            #expect(await connection.receive(count: 7) == [0x81, 5] + Array("early".utf8))
            try await connection.send(text("a") + text("b"))
            #expect(await connection.receive(count: 6) == [0x81, 1, 0x61, 0x81, 1, 0x62])
            try await connection.send([0x88, 0x82, 0, 0, 0, 0, 3, 0xe8])
            #expect(await connection.receive(count: 4) == [0x88, 2, 3, 0xe8])
            #expect(await connection.end() == .closed)
            #expect(sockets.ended.withLock { $0 } == ["echo"])
        }
    }

    @Test("a handler that returns closes with 1000")
    func handlerReturns() async throws {
        try await withTestServer(Sockets()) { server async throws in
            let connection = try await open(server, "/bye")
            #expect(await connection.receive(count: 5) == [0x81, 3] + Array("bye".utf8))
            #expect(await connection.receive(count: 4) == [0x88, 2, 3, 0xe8])
            #expect(await connection.end() == .closed)
        }
    }

    @Test("violations close with their code")
    func violations() async throws {
        for (frame, code) in [
            ([0x81, 1, 0x61] as [UInt8], 1002), ([0xc1, 0x81, 0, 0, 0, 0, 0x61], 1002),
            ([0x81, 0x81, 0, 0, 0, 0, 0xff], 1007), ([0x81, 0xff, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0x61], 1009),
            ([0x88, 0x80, 0, 0, 0, 0], 0),
        ] {
            try await withTestServer(Sockets()) { server async throws in
                let connection = try await open(server, "/echo", then: frame)
                let close: [UInt8] = code == 0 ? [0x88, 0] : [0x88, 2, UInt8(code >> 8), UInt8(code & 255)]
                #expect(await connection.receive(count: close.count) == close, "\(frame)")
                #expect(await connection.end() != .open)
            }
        }
    }

    @Test("a server that stops says so to its WebSockets, and waits for their answer")
    func drain() async throws {
        let sockets = Sockets()
        try await withTestServer(sockets) { server async throws in
            let connection = try await open(server, "/echo", then: text("a"))
            #expect(await connection.receive(count: 3) == [0x81, 1, 0x61])
            async let drained: Void = server.server.drain(deadline: .seconds(30))
            #expect(await connection.receive(count: 26).prefix(4) == [0x88, 24, 3, 0xe9])
            try await connection.send([0x88, 0x82, 0, 0, 0, 0, 3, 0xe9])
            #expect(await connection.end() == .closed)
            await drained
            #expect(sockets.ended.withLock { $0 } == ["echo"])
        }
    }

    @Test("a silent peer is asked for a sign of life, and cut without one")
    func ping() async throws {
        try await withTestServer(Sockets(), configure: { $0.deadlines.tick = .milliseconds(10) }) {
            server async throws in
            let connection = try await open(server, "/watched")
            #expect(await connection.receive(count: 2) == [0x89, 0])
            #expect(await connection.end() == .closed)
        }
    }

    @Test("a peer that never reads is cut, and costs no more than one message")
    func slowReader() async throws {
        try await withTestServer(
            Sockets(),
            configure: {
                $0.deadlines.tick = .milliseconds(10)
                $0.deadlines.webSocketStall = .milliseconds(150)
            }
        ) { server async throws in
            let connection = try await open(server, "/flood")
            while server.server.connectionCount > 0 { await Task.yield() }
            _ = connection
        }
    }

    @Test("what is no handshake is refused, and other methods too")
    func refusals() async throws {
        try await withTestServer(Sockets()) { server async throws in
            #expect(
                statuses(try await server.converse("GET /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")) == [
                    426
                ])
            #expect(
                statuses(
                    try await server.converse(
                        "POST /echo HTTP/1.1\r\nHost: h\r\nConnection: close, upgrade\r\nUpgrade: websocket\r\n\r\n"))
                    == [426])
        }
    }
}
