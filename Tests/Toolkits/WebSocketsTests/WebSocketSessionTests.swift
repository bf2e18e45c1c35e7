import HTTPTypes
import Testing

@testable import WebSockets

/// A client's frame, masked as RFC 6455 section 5.3 demands unless told otherwise.
private func frame(
    _ opcode: UInt8, _ payload: [UInt8], final: Bool = true, reserved: UInt8 = 0, masked: Bool = true
) -> [UInt8] {
    var bytes: [UInt8] = [(final ? 0x80 : 0) | reserved << 4 | opcode]
    let flag: UInt8 = masked ? 0x80 : 0
    if payload.count < 126 {
        bytes.append(flag | UInt8(payload.count))
    } else {
        bytes += [flag | 126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    }
    guard masked else { return bytes + payload }
    let key: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]
    return bytes + key + payload.enumerated().map { $1 ^ key[$0 % 4] }
}

extension WebSocketSession {
    fileprivate func receive(_ bytes: [UInt8]) -> [Event] { bytes.withUnsafeBytes { receive($0) } }
}

/// The code of the close frame in unmasked output of the server; nil when it holds none.
private func closeCode(_ output: [UInt8]) -> UInt16? {
    guard output.count >= 4, output[0] == 0x88 else { return nil }
    return UInt16(output[2]) << 8 | UInt16(output[3])
}

@Suite("WebSocket frames")
struct WebSocketSessionTests {
    private func session(limit: Int = 1000) throws -> WebSocketSession {
        try #require(WebSocketSession(maximumMessageSize: limit))
    }

    @Test("the key of RFC 6455 section 1.3 gives its accept value")
    func vector() {
        #expect(WebSocketHandshake.accept(key: "dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test("the frames of RFC 6455 section 5.7 mean what it says")
    func published() throws {
        let session = try session()
        let masked: [UInt8] = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]
        #expect(session.receive(masked) == [.message(.text("Hello"))])
        #expect(session.send(.text("Hello")))
        #expect(session.takeOutput() == [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
        #expect(session.receive(frame(9, Array("Hello".utf8))) == [])
        #expect(session.takeOutput() == [0x8a, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f])
    }

    @Test("fragments join, with a ping between them, however the bytes are cut", arguments: [1, 2, 5, 100])
    func fragments(step: Int) throws {
        let session = try session()
        let bytes = frame(1, [0xc3], final: false) + frame(9, [1]) + frame(0, [0xa4, 0x62])
        var events: [WebSocketSession.Event] = []
        for start in stride(from: 0, to: bytes.count, by: step) {
            events += session.receive(Array(bytes[start..<min(bytes.count, start + step)]))
        }
        #expect(events == [.message(.text("\u{e4}b"))])
        #expect(session.takeOutput() == [0x8a, 1, 1])
    }

    @Test("violations close with their code and end reading")
    func violations() throws {
        let big = [UInt8](repeating: 0x61, count: 600)
        let cases: [(String, [UInt8], UInt16)] = [
            ("unmasked", frame(1, [0x61], masked: false), 1002),
            ("reserved bit 1", frame(1, [0x61], reserved: 4), 1002),
            ("reserved bit 2", frame(1, [0x61], reserved: 2), 1002),
            ("reserved bit 3", frame(1, [0x61], reserved: 1), 1002),
            ("reserved opcode", frame(3, []), 1002), ("reserved control opcode", frame(11, []), 1002),
            ("bad UTF-8", frame(1, [0xff]), 1007), ("surrogate", frame(1, [0xed, 0xa0, 0x80]), 1007),
            ("overlong", frame(1, [0xc0, 0xaf]), 1007), ("cut UTF-8", frame(1, [0xc3]), 1007),
            ("bad UTF-8 over fragments", frame(1, [0xc3], final: false) + frame(0, [0x28]), 1007),
            ("oversized ping", frame(9, [UInt8](repeating: 0, count: 126)), 1002),
            ("fragmented ping", frame(9, [1], final: false), 1002),
            ("continuation of nothing", frame(0, [1]), 1002),
            ("message inside a message", frame(1, [0x61], final: false) + frame(1, [0x61]), 1002),
            ("too large", frame(1, big + big), 1009),
            ("too large in fragments", frame(1, big, final: false) + frame(0, big), 1009),
            ("close with one byte", frame(8, [3]), 1002), ("close with a reserved code", frame(8, [3, 0xed]), 1002),
            ("close with bad UTF-8", frame(8, [3, 0xe8, 0xff]), 1007),
            ("close with a stray continuation", frame(8, [3, 0xe8, 1, 0x81, 0, 0]), 1007),
        ]
        for (name, bytes, code) in cases {
            for step in [bytes.count, 1] {
                let session = try session()
                var events: [WebSocketSession.Event] = []
                for start in stride(from: 0, to: bytes.count, by: step) {
                    events += session.receive(Array(bytes[start..<start + step]))
                }
                #expect(!events.contains { if case .message = $0 { true } else { false } }, "\(name)")
                #expect(closeCode(session.takeOutput()) == code, "\(name)")
                #expect(!session.isReading, "\(name)")
            }
        }
    }

    @Test("a close is answered, with a code and without")
    func closing() throws {
        let coded = try session()
        #expect(coded.receive(frame(8, [0x03, 0xe9] + Array("bye".utf8))) == [.close(code: 1001)])
        #expect(closeCode(coded.takeOutput()) == 1001)
        let bare = try session()
        #expect(bare.receive(frame(8, [])) == [.close(code: 1005)])
        #expect(bare.takeOutput() == [0x88, 0])
        #expect(bare.hasReceivedClose && bare.hasSentClose)
        #expect(bare.send(.text("late")) == false)
    }

    @Test("a long reason is cut between characters")
    func longReason() throws {
        let session = try session()
        session.sendClose(code: 1000, reason: String(repeating: "\u{e4}", count: 100))
        let output = session.takeOutput()
        #expect(output.count == 2 + 2 + 122)
    }

    @Test("what is no handshake is refused")
    func handshake() throws {
        let good: HTTPFields = [
            .upgrade: "WebSocket", .connection: "keep-alive, Upgrade", .secWebSocketVersion: "13",
            .secWebSocketKey: "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        let request = HTTPRequest(method: .get, path: "/", fields: good)
        #expect(try WebSocketHandshake.accept(request) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        let wrong: [(HTTPFieldName, String?, Int)] = [
            (.upgrade, nil, 426), (.upgrade, "h2c", 426), (.connection, "close", 426), (.secWebSocketVersion, "8", 426),
            (.secWebSocketKey, nil, 400), (.secWebSocketKey, "short", 400),
            (.secWebSocketKey, "dGhlIHNhbXBsZSBub25jZ!==", 400),
        ]
        for (name, value, status) in wrong {
            var request = request
            request.fields[name] = value
            do {
                _ = try WebSocketHandshake.accept(request)
                Issue.record("\(name) was not checked")
            } catch { #expect(error.status.code == status) }
        }
    }
}
