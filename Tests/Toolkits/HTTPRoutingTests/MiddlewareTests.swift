import EventLoops
import HTTPTesting
import HTTPTypes
import IPAddresses
import Testing

@testable import HTTPRouting

private struct Echo: HTTPResponder {
    let answer: @Sendable (HTTPRequest) throws -> HTTPResponse
    func respond(to request: HTTPRequest) async throws -> HTTPResponse { try answer(request) }
}

private func send(
    _ middleware: any Middleware, _ request: HTTPRequest,
    _ answer: @escaping @Sendable (HTTPRequest) throws -> HTTPResponse = { _ in .text("ok") }
) async throws -> HTTPResponse {
    try await middleware.respond(to: request, next: Echo(answer: answer))
}

private func status(_ middleware: any Middleware, _ request: HTTPRequest) async -> Int {
    do { return try await send(middleware, request).status.code } catch {
        return (error as? HTTPError)?.status.code ?? 0
    }
}

private func request(
    _ method: HTTPMethod = .get, _ path: String = "/", _ fields: HTTPFields = [:], host: String = "localhost:80",
    from address: String = "192.0.2.9"
) -> HTTPRequest {
    HTTPRequest(
        method: method, path: path, fields: fields, remoteAddress: IPAddress(address), authority: host)
}

@Suite("Middleware")
struct MiddlewareTests {
    @Test(
        "the longest prefix of the path chooses the form of an error, on a segment's border",
        arguments: TestTransport.allCases)
    func envelopes(transport: TestTransport) async throws {
        var envelopes = ErrorEnvelopes(default: { error, _ in .text("own \(error.status.code)", status: error.status) })
        envelopes.add(prefix: "/v1") { error, _ in .text("openai \(error.status.code)", status: error.status) }
        envelopes.add(prefix: "/v1/listen") { error, _ in .text("deepgram \(error.status.code)", status: error.status) }
        var router = Router()
        router.get("/v1/models") { _, _ in throw HTTPError(.unauthorized, "no") }
        router.get("/broken") { _, _ in
            struct Secret: Error {}
            throw Secret()
        }
        let application = Application(middleware: [RequestIDs(), envelopes], envelopes: envelopes, router: router)
        try await withTestExchange(application, over: transport) { exchange async throws in
            for (method, path, text) in [
                (HTTPMethod.get, "/v1/models", "openai 401"), (.post, "/v1/models", "openai 405"),
                (.get, "/v1", "openai 404"), (.get, "/v1x", "own 404"), (.get, "/v1/listen", "deepgram 404"),
                (.get, "/v1/listen/x", "deepgram 404"), (.get, "/v1/listening", "openai 404"),
                (.get, "/broken", "own 500"),
            ] {
                let response = try await exchange.send(method, path)
                #expect(response.text == text)
                #expect(response.fields[.xRequestID]?.isEmpty == false)
            }
        }
        if transport == .socket {
            let answer = try await withTestServer(application) { server in
                try await server.converse("GET /v1/listen HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
            }
            #expect(answer.hasSuffix("deepgram 400"))
        }
    }

    @Test("a client's own request id is kept only where it is harmless")
    func requestIDs() async throws {
        let ids = RequestIDs(make: { "made" })
        for (given, kept) in [
            ("abc-1", "abc-1"), ("a b", "made"), ("", "made"), (String(repeating: "x", count: 65), "made"),
        ] {
            let response = try await send(ids, request(.get, "/", [.xRequestID: given])) {
                .text($0.attributes[RequestIDs.Key.self] ?? "-")
            }
            #expect(response.fields[.xRequestID] == kept)
        }
        #expect(RequestIDs.random() != RequestIDs.random())
    }

    @Test("the log names what was answered, without the query")
    func accessLog() async throws {
        let entries = Guarded<[AccessLog.Entry]>([])
        let log = AccessLog { entry in entries.withLock { $0.append(entry) } }
        _ = try await send(log, request(.get, "/a"))
        await #expect(throws: HTTPError.self) {
            try await send(log, request(.get, "/b")) { _ in throw HTTPError(.forbidden, "no") }
        }
        #expect(entries.withLock { $0.map(\.status.code) } == [200, 403])
        #expect(entries.withLock { $0.map(\.path) } == ["/a", "/b"])
    }

    @Test("credentials are read in their four forms")
    func credentials() {
        let cases: [(HTTPFields, Credential?)] = [
            ([.authorization: "Bearer  k "], .key("k")), ([.authorization: "token k"], .key("k")),
            (["X-API-Key": "k"], .key("k")), ([.authorization: "Basic YTpiOmM="], .basic(user: "a", password: "b:c")),
            ([.authorization: "Basic YQ=="], nil), ([.authorization: "Basic !"], nil),
            ([.authorization: "Digest x"], nil),
            ([.authorization: "Bearer"], nil), ([.authorization: "Bearer "], nil), ([:], nil),
        ]
        for (fields, expected) in cases { #expect(request(.get, "/", fields).credential == expected) }
    }

    @Test("who is not known gets 401 with a challenge")
    func authentication() async throws {
        enum User: HTTPRequest.AttributeKey { typealias Value = String }
        let authentication = Authentication(User.self) { $0.credential == .key("k") ? "ann" : nil }
        let known = try await send(authentication, request(.get, "/", [.authorization: "Bearer k"])) {
            .text($0.attributes[User.self] ?? "-")
        }
        #expect(known.body.length == 3)
        do {
            _ = try await send(authentication, request())
            Issue.record("let through")
        } catch let error as HTTPError {
            #expect(error.status == .unauthorized)
            #expect(error.fields[.wwwAuthenticate] == "Bearer")
        }
    }

    @Test("other sites cannot use the browser of a user of this one")
    func originGuard() async throws {
        let own = OriginGuard(hosts: ["box.lan"])
        let evil: HTTPFields = [.origin: "https://evil.example"]
        #expect(await status(own, request(host: "localhost:8511")) == 200)
        #expect(await status(own, request(host: "[::1]:8511")) == 200)
        #expect(await status(own, request(host: "BOX.lan")) == 200)
        #expect(await status(own, request(host: "evil.example")) == 421)
        #expect(await status(own, request(host: "")) == 421)
        #expect(await status(own, request(.get, "/", evil)) == 200)
        #expect(await status(own, request(.post, "/", evil)) == 403)
        #expect(await status(own, request(.delete, "/", [.origin: "null"])) == 403)
        #expect(await status(own, request(.post, "/", [.secFetchSite: "cross-site"])) == 403)
        #expect(await status(own, request(.post, "/", [.secFetchSite: "same-origin"])) == 200)
        #expect(await status(own, request(.post, "/", [.origin: "http://localhost:80"])) == 200)
        #expect(await status(own, request(.post)) == 200)
        let socket: HTTPFields = [.upgrade: "websocket", .origin: "https://evil.example"]
        #expect(await status(own, request(.get, "/ws", socket)) == 403)
    }

    @Test("chosen origins may read, others not, and caches are told")
    func crossOrigin() async throws {
        let cors = CrossOrigin(origins: ["https://a.example"])
        let allowed = try await send(cors, request(.get, "/", [.origin: "https://a.example"]))
        #expect(allowed.fields[.accessControlAllowOrigin] == "https://a.example")
        #expect(allowed.fields[.vary] == "Origin")
        let other = try await send(cors, request(.get, "/", [.origin: "https://b.example"]))
        #expect(other.fields[.accessControlAllowOrigin] == nil)
        #expect(other.fields[.vary] == "Origin")
        let preflight: HTTPFields = [.origin: "https://a.example", .accessControlRequestMethod: "PUT"]
        #expect(try await send(cors, request(.options, "/", preflight)).status == .noContent)
        let foreign: HTTPFields = [.origin: "https://b.example", .accessControlRequestMethod: "PUT"]
        #expect(try await send(cors, request(.options, "/", foreign)).status == .forbidden)
    }

    @Test("a rate is kept exactly, and the time to wait is right")
    func rateLimit() async throws {
        let clock = Guarded(MonotonicTime(nanoseconds: 0))
        let limit = RateLimit(rate: 2, burst: 3, now: { clock.withLock { $0 } })
        var passed = 0
        for _ in 0..<1000 {
            if await status(limit, request()) == 200 { passed += 1 }
            clock.withLock { $0 = $0 + .milliseconds(10) }
        }
        // Ten seconds at two a second, and the burst.
        #expect((22...23).contains(passed))
        do {
            _ = try await send(RateLimit(rate: 0.1, burst: 1, now: { MonotonicTime(nanoseconds: 0) }), request())
            let slow = RateLimit(rate: 0.1, burst: 1, now: { MonotonicTime(nanoseconds: 0) })
            _ = try await send(slow, request())
            _ = try await send(slow, request())
            Issue.record("not limited")
        } catch let error as HTTPError { #expect(error.fields[.retryAfter] == "10") }
        #expect(await status(limit, request(from: "192.0.2.10")) == 200)
    }

    @Test("the buckets of clients that rest are forgotten")
    func bucketsBounded() {
        var buckets = Buckets()
        for number in 0..<5000 {
            #expect(
                buckets.take(
                    .init(client: "c\(number)", rate: 1, burst: 1),
                    at: MonotonicTime(nanoseconds: Int64(number) * 1_000_000_000)) == nil)
        }
    }

    @Test("only a configured proxy is believed about its clients")
    func forwarded() async throws {
        let middleware = ForwardedHeaders(proxies: [try #require(IPRange("10.0.0.0/8"))])
        let fields: HTTPFields = [
            .xForwardedFor: "1.2.3.4, 9.9.9.9, 10.0.0.7", .xForwardedProto: "https", .xForwardedHost: "a.example",
        ]
        let seen: @Sendable (HTTPRequest) -> HTTPResponse = {
            .text("\($0.remoteAddress.map(\.description) ?? "-") \($0.scheme) \($0.authority)")
        }
        for (peer, expected) in [
            ("10.0.0.1", "9.9.9.9 https a.example"), ("11.0.0.1", "11.0.0.1 http localhost:80"),
        ] {
            let response = try await send(middleware, request(.get, "/", fields, from: peer), seen)
            guard case .bytes(let bytes) = response.body.storage else { return }
            #expect(String(decoding: bytes, as: UTF8.self) == expected)
        }
        let junk = try await send(
            middleware, request(.get, "/", [.xForwardedFor: "evil", .xForwardedHost: "a/b"], from: "10.0.0.1"), seen)
        guard case .bytes(let bytes) = junk.body.storage else { return }
        #expect(String(decoding: bytes, as: UTF8.self) == "10.0.0.1 http localhost:80")
    }
}
