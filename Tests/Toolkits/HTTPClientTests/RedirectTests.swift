import EventLoops
import HTTPTypes
import IPAddresses
import Testing

@testable import HTTPClient

@Suite("Redirects, retries and the address guard", .timeLimit(.minutes(10)))
struct RedirectTests {
    private func redirect(_ status: Int, to location: String) -> String {
        "HTTP/1.1 \(status) X\r\nLocation: \(location)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    }

    private let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"

    /// Sends `request` to a server that redirects once; returns the head of the second request.
    private func secondHead(
        _ status: Int, to location: String, _ change: @Sendable (inout HTTPClientRequest) -> Void
    ) async throws -> String {
        let second = Guarded("")
        let first = redirect(status, to: location)
        let server = try ScriptedServer(
            { peer in
                _ = peer.receiveHead()
                try peer.send(first)
            },
            { [ok] peer in
                let head = peer.receiveHead()
                second.withLock { $0 = head }
                try peer.send(ok)
            })
        try await withClient { client async throws in
            var request = HTTPClientRequest(.get, server.url + "/a/b")
            request.redirects = .follow
            change(&request)
            let response = try await client.execute(request)
            #expect(try await response.text() == "hi")
            #expect(response.redirectCount == 1)
        }
        #expect(await server.finish().isEmpty)
        return second.withLock { $0 }
    }

    @Test("without a policy the 3xx is the response")
    func never() async throws {
        let answer = redirect(302, to: "/x")
        let server = try ScriptedServer { peer in
            _ = peer.receiveHead()
            try peer.send(answer)
        }
        try await withClient { client async throws in
            let response = try await client.execute(.init(.get, server.url))
            #expect(response.status == .found)
            #expect(response.fields[.location] == "/x")
        }
        #expect(await server.finish().isEmpty)
    }

    @Test("relative targets resolve, and a Range goes along")
    func relative() async throws {
        let head = try await secondHead(307, to: "../c?d") { $0.fields[.range] = "bytes=9-" }
        #expect(head.hasPrefix("GET /c?d HTTP/1.1\r\n"))
        #expect(head.contains("Range: bytes=9-"))
    }

    @Test("a redirected POST becomes a GET for 302 and 303, and stays one for 307")
    func methods() async throws {
        for (status, method) in [(302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")] {
            let head = try await secondHead(status, to: "/n") {
                $0.method = .post
                $0.body = .text("abc")
            }
            #expect(head.hasPrefix("\(method) /n "), "\(status)")
            #expect(head.contains("Content-Length: 3") == (method == "POST"))
        }
    }

    @Test("credentials do not follow to another origin")
    func credentials() async throws {
        let other = Guarded("")
        let target = try ScriptedServer { [ok] peer in
            let head = peer.receiveHead()
            other.withLock { $0 = head }
            try peer.send(ok)
        }
        let answer = redirect(307, to: target.url + "/t")
        let server = try ScriptedServer { peer in
            _ = peer.receiveHead()
            try peer.send(answer)
        }
        try await withClient { client async throws in
            var request = HTTPClientRequest(
                .get, server.url, fields: [.authorization: "Bearer s", .cookie: "c", .accept: "a/b"])
            request.redirects = .follow
            #expect(try await client.execute(request).text() == "hi")
        }
        let head = other.withLock { $0 }
        #expect(head.contains("Accept: a/b"))
        #expect(!head.contains("Bearer") && !head.contains("Cookie"))
        _ = await (server.finish(), target.finish())
    }

    @Test("a loop of redirects ends at the limit")
    func tooMany() async throws {
        let answer = redirect(302, to: "/again")
        let script: ScriptedServer.Script = { peer in
            _ = peer.receiveHead()
            try peer.send(answer)
        }
        let server = try ScriptedServer(script, script, script)
        try await withClient { client async throws in
            var request = HTTPClientRequest(.get, server.url)
            request.redirects = .init(limit: 2)
            #expect(await code { _ = try await client.execute(request) } == .tooManyRedirects)
        }
        #expect(await server.finish().isEmpty)
    }

    @Test("a streamed body is not sent a second time, and other schemes are not gone to")
    func refused() async throws {
        for location in ["/x", "file:///etc/passwd"] {
            let answer = redirect(307, to: location)
            let server = try ScriptedServer { peer in
                _ = peer.receiveHead()
                try peer.send(answer)
                peer.waitForEnd()
            }
            try await withClient { client async throws in
                let body = OutgoingBody.stream(length: 1) { try await $0.write([1]) }
                var request = HTTPClientRequest(.put, server.url, body: location == "/x" ? body : .empty)
                request.redirects = .follow
                let code = await code { _ = try await client.execute(request) }
                #expect(code == (location == "/x" ? .refusedRedirect : .invalidRequest))
            }
            _ = await server.finish()
        }
    }

    @Test("a URL given by a user reaches no loopback address, in whatever way it is written")
    func guarded() async throws {
        let server = try ScriptedServer { _ in Issue.record("the guard let a connection through") }
        try await withClient { client async throws in
            for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433", "0x7f000001"] {
                var request = HTTPClientRequest(.get, "http://\(host):\(server.port)/")
                request.addresses = .publicOnly
                #expect(await code { _ = try await client.execute(request) } == .refusedAddress, "\(host)")
            }
        }
        server.abandon()
    }

    @Test("the guard holds after a redirect, and for connections kept from unguarded calls")
    func guardedRedirect() async throws {
        let hidden = try ScriptedServer(address: "127.0.0.2") { _ in Issue.record("the guard let a redirect through") }
        let answer = redirect(302, to: "http://127.0.0.2:\(hidden.port)/")
        let server = try ScriptedServer { peer in
            _ = peer.receiveHead()
            try peer.send(answer)
        }
        try await withClient { client async throws in
            var request = HTTPClientRequest(.get, server.url)
            request.redirects = .follow
            request.addresses = .accepting { $0.description == "127.0.0.1" }
            #expect(await code { _ = try await client.execute(request) } == .refusedAddress)
        }
        #expect(await server.finish().isEmpty)
        hidden.abandon()

        let kept = try ScriptedServer { peer in
            _ = peer.receiveHead()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
            if !peer.receiveHead().isEmpty { Issue.record("a kept connection was used past the guard") }
        }
        try await withClient { client async throws in
            #expect(try await client.execute(.init(.get, kept.url)).text() == "hi")
            var request = HTTPClientRequest(.get, kept.url)
            request.addresses = .publicOnly
            #expect(await code { _ = try await client.execute(request) } == .refusedAddress)
        }
        #expect(await kept.finish().isEmpty)
    }

    @Test("a GET is tried again after a lost connection, a POST never")
    func retries() async throws {
        for method in [HTTPMethod.get, .post] {
            let server = try ScriptedServer(
                { peer in _ = peer.receiveHead() },
                { [ok] peer in
                    _ = peer.receiveHead()
                    try peer.send(ok)
                })
            try await withClient { client async throws in
                var request = HTTPClientRequest(method, server.url)
                request.retries = .init(limit: 1, firstDelay: .milliseconds(1))
                if method == .get {
                    #expect(try await client.execute(request).text() == "hi")
                } else {
                    #expect(await code { _ = try await client.execute(request) } == .interrupted)
                }
            }
            if method == .get { #expect(await server.finish().isEmpty) } else { server.abandon() }
        }
    }

    @Test("a POST that meets a dead kept connection is not sent twice")
    func deadConnection() async throws {
        let bodies = Guarded(0)
        let server = try ScriptedServer(
            { peer in
                _ = peer.receiveHead()
                try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
                _ = peer.receiveHead()
                bodies.withLock { $0 += peer.receive(3).isEmpty ? 0 : 1 }
            },
            { [ok] peer in
                // A connection without a request is no second execution.
                if peer.receiveHead().isEmpty { return }
                bodies.withLock { $0 += 1 }
                try peer.send(ok)
            })
        try await withClient { client async throws in
            #expect(try await client.execute(.init(.get, server.url)).text() == "hi")
            let code = await code { _ = try await client.execute(.init(.post, server.url, body: .text("abc"))) }
            #expect(code == .interrupted)
        }
        #expect(bodies.withLock { $0 } == 1)
        server.abandon()
    }

    @Test("a proxy is used when it is named")
    func proxy() async throws {
        let seen = Guarded("")
        let server = try ScriptedServer { [ok] peer in
            let head = peer.receiveHead()
            seen.withLock { $0 = head }
            try peer.send(ok)
        }
        var configuration = HTTPClientConfiguration()
        configuration.proxy = server.url
        try await withClient(configuration) { client async throws in
            #expect(try await client.execute(.init(.get, "http://nowhere.invalid/x")).text() == "hi")
            var request = HTTPClientRequest(.get, "http://nowhere.invalid/x")
            request.addresses = .publicOnly
            #expect(await code { _ = try await client.execute(request) } == .invalidRequest)
        }
        #expect(await server.finish().isEmpty)
        #expect(seen.withLock { $0 }.hasPrefix("GET http://nowhere.invalid/x HTTP/1.1\r\n"))
    }
}
