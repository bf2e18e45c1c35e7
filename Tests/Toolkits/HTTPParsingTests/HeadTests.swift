import HTTPTypes
import Testing

@testable import HTTPParsing

/// Parses a head given without its last two line ends.
private func parse(_ text: String, _ limits: HeadLimits = HeadLimits()) throws -> RequestHead {
    try parse(Array((text + "\r\n\r\n").utf8), limits)
}

private func parse(_ bytes: [UInt8], _ limits: HeadLimits = HeadLimits()) throws -> RequestHead {
    try RequestHeadParser(limits: limits).parse(bytes.span)
}

private func status(_ text: String) -> Int {
    do {
        _ = try parse(text)
        return 200
    } catch {
        return (error as? HeadError)?.error.status.code ?? 0
    }
}

@Suite("Request heads")
struct HeadTests {
    @Test("a plain head is read in full")
    func plain() throws {
        let head = try parse("POST /a%20b?c=%2F HTTP/1.1\r\nHost: h:80\r\nContent-Length: 3\r\nX:  y z \t")
        #expect(head.method == .post)
        #expect(head.path == "/a b")
        #expect(head.query == "c=%2F")
        #expect(head.authority == "h:80")
        #expect(head.framing == .length(3))
        #expect(head.fields["x"] == "y z")
        #expect(head.keepsAlive)
    }

    @Test(
        "malformed heads are refused with their status",
        arguments: [
            ("", 400), ("GET", 400), ("GET / HTTP/1.1", 400), ("GET  / HTTP/1.1\r\nHost: h", 400),
            ("GET / HTTP/1.1 \r\nHost: h", 400), ("GET / http/1.1\r\nHost: h", 400),
            (" GET / HTTP/1.1\r\nHost: h", 400),
            ("GET / HTTP/2.0\r\nHost: h", 505), ("GET / HTTP/1.2\r\nHost: h", 505), ("GET / HTTP/11\r\nHost: h", 400),
            ("G\u{e4}T / HTTP/1.1\r\nHost: h", 400), ("GET /\u{e4} HTTP/1.1\r\nHost: h", 400),
            ("GET / HTTP/1.1\r\nHost : h", 400), ("GET / HTTP/1.1\r\nHost: h\r\n folded", 400),
            ("GET / HTTP/1.1\r\n Host: h", 400), ("GET / HTTP/1.1\r\nHost: h\r\nA\u{e4}: b", 400),
            ("GET / HTTP/1.1\r\nHost: h\r\nA: b\u{0}c", 400), ("GET / HTTP/1.1\r\nHost: h\r\nA: b\rc", 400),
            ("GET / HTTP/1.1\r\nHost: h\r\nA: b\nC: d", 400), ("GET / HTTP/1.1\r\nHost: h\r\nnocolon", 400),
            ("GET / HTTP/1.1\r\nHost: h\r\n: novalue", 400), ("GET / HTTP/1.1\r\nHost: h\r\nHost: h", 400),
            ("GET / HTTP/1.1\r\nHost: a b", 400), ("GET / HTTP/1.1\r\nHost: a/b", 400),
            ("GET / HTTP/1.1\r\nHost: h, i", 400), ("GET / HTTP/1.1\r\nHost: u@h", 400),
        ])
    func malformed(text: String, expected: Int) {
        #expect(status(text) == expected)
    }

    @Test(
        "framings that two programs could read differently are refused",
        arguments: [
            ("Content-Length: 3\r\nTransfer-Encoding: chunked", 400),
            ("Transfer-Encoding: chunked\r\nContent-Length: 3", 400), ("Content-Length: 3\r\nContent-Length: 4", 400),
            ("Content-Length: 3\r\nContent-Length: 3", 400), ("Content-Length: 3, 3", 400),
            ("Content-Length: +3", 400), ("Content-Length: -3", 400), ("Content-Length: 0x3", 400),
            ("Content-Length: ", 400), ("Content-Length: 3 3", 400), ("Content-Length: 1234567890123456", 400),
            ("Transfer-Encoding: xchunked", 501), ("Transfer-Encoding: chunked, identity", 501),
            ("Transfer-Encoding: identity", 501), ("Transfer-Encoding: gzip, chunked", 501),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", 501),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", 501), ("Transfer-Encoding:\u{b}chunked", 400),
            ("Content-Length : 3", 400), ("Expect: 200-ok", 417),
        ])
    func framing(fields: String, expected: Int) {
        #expect(status("POST / HTTP/1.1\r\nHost: h\r\n" + fields) == expected)
    }

    @Test("Transfer-Encoding is unknown to HTTP/1.0, which needs no Host")
    func oldVersion() throws {
        #expect(status("POST / HTTP/1.0\r\nTransfer-Encoding: chunked") == 400)
        let head = try parse("GET / HTTP/1.0")
        #expect(!head.keepsAlive)
        #expect(try parse("GET / HTTP/1.0\r\nConnection: Keep-Alive").keepsAlive)
        #expect(try parse("GET / HTTP/1.1\r\nHost: h\r\nConnection: upgrade, Close").keepsAlive == false)
    }

    @Test(
        "a path that could mean another one elsewhere is refused",
        arguments: [
            "/..", "/../a", "/a/..", "/a/../b", "/.", "/a/./b", "/%2e%2e/a", "/%2E%2E", "/a/%2e", "/.%2e/", "/a%2fb",
            "/a%2Fb", "/a%5cb", "/a\\b", "/%00", "/a%0ab", "/a%7f", "/%", "/%1", "/%zz", "/a%", "/%ff", "/%c0%af",
            "/a#b", "/a?b#c", "a", "http:/a", "ftp://h/a", "http://", "http:///a", "http://u@h/", "h:80", "*",
            "/%25%", "/%ed%a0%80",
        ])
    func badPaths(target: String) {
        #expect(status("GET \(target) HTTP/1.1\r\nHost: h") == 400)
    }

    @Test(
        "other forms of a target are read",
        arguments: [
            ("/", "/", nil, "h"), ("http://g/a?b", "/a", "b", "g"), ("https://g:1", "/", nil, "g:1"),
            ("http://[::1]:80/x", "/x", nil, "[::1]:80"), ("http://g?q", "/", "q", "g"),
            ("/a..b/...", "/a..b/...", nil, "h"),
            ("/%41%c3%a4", "/A\u{e4}", nil, "h"), ("/?", "/", "", "h"), ("//a", "//a", nil, "h"),
            ("/a%3Fb", "/a?b", nil, "h"),
            ("/%252e%252e", "/%2e%2e", nil, "h"),
        ] as [(String, String, String?, String)])
    func targets(target: String, path: String, query: String?, authority: String) throws {
        let head = try parse("GET \(target) HTTP/1.1\r\nHost: h")
        #expect(head.path == path)
        #expect(head.query == query)
        #expect(head.authority == authority)
    }

    @Test("OPTIONS alone may ask for the asterisk")
    func asterisk() throws {
        #expect(try parse("OPTIONS * HTTP/1.1\r\nHost: h").path == "*")
        #expect(status("CONNECT h:443 HTTP/1.1\r\nHost: h") == 400)
    }

    @Test("limits are exact")
    func limits() throws {
        var limits = HeadLimits()
        limits.fieldCount = 3
        limits.targetSize = 5
        let two = "Host: h\r\nA: b\r\nC: d"
        #expect(try parse("GET /1234 HTTP/1.1\r\n" + two, limits).fields.count == 3)
        for (text, expected) in [("GET /12345 HTTP/1.1\r\n" + two, 414), ("GET / HTTP/1.1\r\nE: f\r\n" + two, 431)] {
            do {
                _ = try parse(text, limits)
                Issue.record("a limit was passed")
            } catch { #expect((error as? HeadError)?.error.status.code == expected) }
        }
    }

    @Test("an error after the request line says which path was asked for")
    func errorPath() {
        do { _ = try parse("GET /v1/x HTTP/1.1") } catch { #expect((error as? HeadError)?.path == "/v1/x") }
        do { _ = try parse("GET /v1/x") } catch { #expect((error as? HeadError)?.path == nil) }
    }

    @Test("100-continue is expected only where a body follows")
    func expectation() throws {
        let line = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue"
        #expect(try parse(line).expectsContinue == false)
        #expect(try parse(line + "\r\nContent-Length: 1").expectsContinue)
        #expect(try parse(line + "\r\nTransfer-Encoding: Chunked").expectsContinue)
    }

    @Test("the end of a head is found wherever the bytes are cut", arguments: [1, 2, 3, 7, 100])
    func scanning(step: Int) {
        let text = Array("GET / HTTP/1.1\r\nA: \r\r\nB: \n\r\n\r\nrest".utf8)
        let expected = text.count - 4
        var scanner = HeadScanner()
        var found: Int?
        var start = 0
        while start < text.count, found == nil {
            let piece = Array(text[start..<min(text.count, start + step)])
            if let end = scanner.end(in: piece.span) { found = start + end }
            start += step
        }
        #expect(found == expected)
    }

    @Test("bare line feeds never end a head")
    func bareLineFeeds() {
        var scanner = HeadScanner()
        #expect(scanner.end(in: Array("GET / HTTP/1.1\nHost: h\n\n".utf8).span) == nil)
    }
}
