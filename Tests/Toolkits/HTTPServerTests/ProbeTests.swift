import EventLoops
import HTTPServer
import HTTPTesting
import HTTPTypes
import Testing

/// One conversation of the correctness table: what is sent on a fresh connection, and what must come back.
struct Probe: Sendable, CustomTestStringConvertible {
    let name: String
    let send: String
    /// The status codes of all responses, in order.
    let statuses: [Int]
    /// Whether the server closes by itself afterwards.
    let closes: Bool
    var testDescription: String { name }

    init(_ name: String, _ send: String, _ statuses: [Int], closes: Bool = true) {
        (self.name, self.send, self.statuses, self.closes) = (name, send, statuses, closes)
    }
}

private let host = "Host: h\r\n"

private func post(_ fields: String, _ body: String = "") -> String {
    "POST /echo HTTP/1.1\r\n\(host)\(fields)\r\n\r\n\(body)"
}

private func get(_ path: String = "/hello", _ fields: String = "") -> String {
    "GET \(path) HTTP/1.1\r\n\(host)\(fields)\r\n"
}

/// Every status line in a stream of responses.
func statuses(_ text: String) -> [Int] {
    text.split(separator: "HTTP/1.1 ", omittingEmptySubsequences: false).dropFirst().compactMap { Int($0.prefix(3)) }
}

@Suite("Correctness probes", .timeLimit(.minutes(10)))
struct ProbeTests {
    static let probes: [Probe] = [
        .init("three pipelined GETs", get() + get() + get(), [200, 200, 200], closes: false),
        .init("GET with Connection: close", get("/hello", "Connection: close\r\n"), [200]),
        .init("a handler's 404 keeps the connection", get("/x") + get(), [404, 200], closes: false),
        .init("pipelined junk after a valid request", get() + "\u{1}\u{2} junk\r\n\r\n", [200, 400]),
        .init("an empty line before a request", "\r\n" + get(), [200], closes: false),
        .init("two empty lines before a request", "\r\n\r\n" + get(), [400]),
        .init(
            "chunked with extension and trailer",
            post("Transfer-Encoding: chunked", "3;a=b\r\nabc\r\n0\r\nT: v\r\n\r\n") + get(), [200, 200], closes: false),
        .init(
            "Content-Length, then Transfer-Encoding", post("Content-Length: 3\r\nTransfer-Encoding: chunked", "abc"),
            [400]),
        .init(
            "Transfer-Encoding, then Content-Length", post("Transfer-Encoding: chunked\r\nContent-Length: 3", "abc"),
            [400]),
        .init("two different lengths", post("Content-Length: 3\r\nContent-Length: 4", "abcd"), [400]),
        .init("length with a sign", post("Content-Length: +3", "abc"), [400]),
        .init("length as a list", post("Content-Length: 3, 3", "abc"), [400]),
        .init("xchunked", post("Transfer-Encoding: xchunked", "0\r\n\r\n"), [501]),
        .init("chunked, identity", post("Transfer-Encoding: chunked, identity", "0\r\n\r\n"), [501]),
        .init("two Transfer-Encodings", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity"), [501]),
        .init(
            "Transfer-Encoding in HTTP/1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", [400]
        ),
        .init("a blank before the colon", post("Content-Length : 3", "abc"), [400]),
        .init("a folded line", get("/hello", "A: b\r\n c\r\n"), [400]),
        .init("bare CR in a value", get("/hello", "A: b\rc\r\n"), [400]),
        .init("NUL in a value", get("/hello", "A: b\u{0}c\r\n"), [400]),
        .init("no Host", "GET /hello HTTP/1.1\r\n\r\n", [400]),
        .init("two Hosts", "GET /hello HTTP/1.1\r\n\(host)\(host)\r\n", [400]),
        .init("a chunk size that is no number", post("Transfer-Encoding: chunked", "zz\r\nabc\r\n0\r\n\r\n"), [400]),
        .init("a chunk size that overflows", post("Transfer-Encoding: chunked", "fffffffffffffffff\r\n"), [400]),
        .init("a chunk without its line end", post("Transfer-Encoding: chunked", "3\r\nabcX\r\n0\r\n\r\n"), [400]),
        .init("a header of 64 KiB", get("/hello", "A: \(String(repeating: "x", count: 65536))\r\n"), [431]),
        .init("2000 headers", get("/hello", String(repeating: "A: b\r\n", count: 2000)), [431]),
        .init("a megabyte of cookies", get("/hello", "Cookie: \(String(repeating: "c", count: 1 << 20))\r\n"), [431]),
        .init("a target of 9 KiB", get("/" + String(repeating: "x", count: 9000)), [414]),
        .init("a name with bytes over 0x7f", get("/hello", "N\u{e4}me: x\r\n"), [400]),
        .init("an absolute target", "GET http://other/hello HTTP/1.1\r\n\(host)\r\n", [200], closes: false),
        .init("an asterisk with GET", "GET * HTTP/1.1\r\n\(host)\r\n", [400]),
        .init("CONNECT", "CONNECT h:1 HTTP/1.1\r\n\(host)\r\n", [400]),
        .init("dots in the path", get("/a/../hello"), [400]),
        .init("encoded dots in the path", get("/%2e%2e/hello"), [400]),
        .init("an encoded slash", get("/a%2Fb"), [400]),
        .init("an encoded NUL", get("/hello%00"), [400]),
        .init("a broken escape", get("/%zz"), [400]),
        .init("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [505]),
        .init("HTTP/3.0", "GET /hello HTTP/3.0\r\n\(host)\r\n", [505]),
        .init("HTTP/0.9", "GET /hello\r\n\r\n", [400]),
        .init("TLS on the plain port", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n\r\n", [400]),
        .init(
            "an extension of a megabyte",
            post("Transfer-Encoding: chunked", "1;\(String(repeating: "e", count: 1 << 20))"),
            [400]),
        .init("an unknown expectation", post("Expect: a-pony\r\nContent-Length: 1", "x"), [417]),
        .init("a body larger than any allowed", post("Content-Length: 99999999999"), [413]),
        .init("HTTP/1.0 closes", "GET /hello HTTP/1.0\r\n\r\n", [200]),
        .init(
            "HTTP/1.0 with keep-alive", "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", [200], closes: false),
        .init("204 has no body", get("/none") + get(), [204, 200], closes: false),
        .init("a handler that throws", get("/throws") + get(), [500, 200], closes: false),
        .init("a field that would split the response", get("/bad-field"), [500]),
        .init("an ignored body ends the connection", post("Content-Length: 10").replacing("/echo", "/ignore"), [200]),
    ]

    @Test("conversations", arguments: probes)
    func probe(_ probe: Probe) async throws {
        try await withTestServer(Answers()) { server async throws in
            let connection = try server.connect()
            // A refusal may come, and the connection end, before everything is sent.
            do { try await connection.send(probe.send) } catch { #expect(probe.closes) }
            if probe.closes {
                #expect(statuses(await connection.readToEnd()) == probe.statuses)
                return
            }
            for status in probe.statuses {
                #expect(statuses(await connection.response().head) == [status])
            }
            // The connection must still be of use, with nothing left over in it.
            try await connection.send(get("/hello", "Connection: close\r\n"))
            let last = await connection.readToEnd()
            #expect(last.hasPrefix("HTTP/1.1 200 OK\r\n") && last.hasSuffix("\r\n\r\nhello"))
        }
    }

    @Test("bare line feeds get 408 at the head's deadline")
    func bareLineFeeds() async throws {
        try await withTestServer(Answers(), configure: { $0.quicken() }) { server async throws in
            #expect(statuses(try await server.converse("GET /hello HTTP/1.1\nHost: h\n\n")) == [408])
        }
    }

    @Test("HEAD has the length and no body, also of streams, and GET follows on the same connection")
    func head() async throws {
        try await withTestServer(Answers()) { server async throws in
            let connection = try server.connect()
            for (path, length) in [("/hello", "5"), ("/blob?100000", "100000")] {
                try await connection.send("HEAD \(path) HTTP/1.1\r\n\(host)\r\n")
                let head = await connection.receive(through: "\r\n\r\n")
                #expect(head.contains("Content-Length: \(length)\r\n"))
                try await connection.send(get())
                #expect(await connection.response().body == "hello")
            }
        }
    }

    @Test("100 Continue is sent when the handler asks for the body, and not before a refusal")
    func lazyContinue() async throws {
        try await withTestServer(Answers()) { server async throws in
            let asked = try server.connect()
            try await asked.send(post("Expect: 100-continue\r\nContent-Length: 3"))
            #expect(await asked.receive(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await asked.send("abc")
            #expect(await asked.response().body == "abc")
            let refused = try server.connect()
            try await refused.send(
                "POST /x HTTP/1.1\r\n\(host)Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            let answer = await refused.readToEnd()
            #expect(statuses(answer) == [404])
            #expect(answer.contains("Connection: close\r\n"))
            // A client that does not wait gets no interim response.
            let eager = try server.connect()
            try await eager.send(post("Expect: 100-continue\r\nContent-Length: 3", "abc"))
            #expect(statuses(await eager.response().head) == [200])
        }
    }

    @Test("bodies of unknown length are chunked, for HTTP/1.0 they end with the connection")
    func unknownLength() async throws {
        try await withTestServer(Answers()) { server async throws in
            let text = try await server.converse(get("/chunks?70000", "Connection: close\r\n"))
            #expect(text.contains("Transfer-Encoding: chunked\r\n"))
            let body = text.split(separator: "\r\n\r\n", maxSplits: 1)[1]
            #expect(body.hasPrefix("10000\r\nbbb"))
            #expect(body.contains("\r\n1170\r\nbbb"))
            #expect(body.hasSuffix("b\r\n0\r\n\r\n"))
            let old = try await server.converse("GET /chunks?70000 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(!old.contains("Transfer-Encoding"))
            #expect(old.contains("Connection: close\r\n"))
            #expect(old.split(separator: "\r\n\r\n", maxSplits: 1)[1] == String(repeating: "b", count: 70000))
        }
    }

    @Test(
        "a response that breaks off, or has another length than announced, is cut",
        arguments: ["/broken", "/short", "/long"])
    func cut(path: String) async throws {
        try await withTestServer(Answers()) { server async throws in
            let text = try await server.converse(get(path))
            #expect(!text.hasSuffix("0\r\n\r\n"))
            #expect(!server.reports.withLock { $0 }.isEmpty)
        }
    }

    @Test("an error while the body still arrives is read by the client, not destroyed by a reset")
    func earlyAnswer() async throws {
        try await withTestServer(Answers()) { server async throws in
            let connection = try server.connect()
            try await connection.send("POST /x HTTP/1.1\r\n\(host)Content-Length: 1000000\r\n\r\n")
            try await connection.send([UInt8](repeating: 1, count: 300_000))
            #expect(statuses(await connection.receive(through: "nothing here")) == [404])
            #expect(await connection.end() == .closed)
        }
    }

    @Test("a body passes through however it is cut", arguments: [1, 7, 1000])
    func splitting(step: Int) async throws {
        try await withTestServer(Answers()) { server async throws in
            let connection = try server.connect()
            let bytes = Array(
                (post("Transfer-Encoding: chunked", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n") + get()).utf8)
            for start in stride(from: 0, to: bytes.count, by: step) {
                try await connection.send(Array(bytes[start..<min(bytes.count, start + step)]))
            }
            #expect(await connection.response().body == "hello world")
            #expect(await connection.response().body == "hello")
        }
    }
}

extension HTTPServerConfiguration {
    /// Deadlines short enough to wait for.
    mutating func quicken() {
        deadlines.tick = .milliseconds(10)
        deadlines.head = .milliseconds(120)
        deadlines.bodyWindow = .milliseconds(120)
        deadlines.idle = .milliseconds(300)
        deadlines.linger = .milliseconds(100)
    }
}

extension String {
    fileprivate func replacing(_ part: String, _ other: String) -> String {
        split(separator: part, omittingEmptySubsequences: false).joined(separator: other)
    }
}
