import HTTPTesting
import HTTPTypes
import Testing

@testable import HTTPRouting

@Suite("JSON, queries, events, static resources", .timeLimit(.minutes(10)))
struct BodyTests {
    private struct Order: Codable { var name: String, count: [Int] }

    @Test("JSON in and out, and a sentence for what is wrong with it", arguments: TestTransport.allCases)
    func json(transport: TestTransport) async throws {
        var router = Router()
        router.post("/") { request, _ in try .json(try await request.json(as: Order.self, limit: 100)) }
        try await withTestExchange(router, over: transport) { exchange async throws in
            let type: HTTPFields = [.contentType: "application/json; charset=utf-8"]
            for (body, status, text) in [
                (#"{"name":"a/b","count":[1]}"#, 200, #"{"count":[1],"name":"a/b"}"#),
                (#"{"name":1,"count":[1]}"#, 400, "the JSON at name has another type than expected\n"),
                (#"{"name":"x","count":[1,"y"]}"#, 400, "the JSON at count.1 has another type than expected\n"),
                (#"{"count":[]}"#, 400, "the JSON lacks \"name\"\n"), ("{", 400, "the JSON is malformed\n"),
                (
                    String(repeating: " ", count: 101), 413,
                    "the body is larger than 100 bytes; send less, or in parts\n"
                ),
            ] {
                let response = try await exchange.send(.post, "/", fields: type, body: .text(body))
                #expect(response.status.code == status)
                #expect(response.text == text)
            }
            let other = try await exchange.send(.post, "/", fields: [.contentType: "text/plain"], body: .text("{}"))
            #expect(other.status == .unsupportedMediaType)
        }
    }

    @Test("queries are decoded like a form")
    func queries() {
        let items = QueryItems("a=1&b=x+y%20z&a=2&flag&=v&%C3%A4=%zz&c=%4")
        #expect(items["a"] == "1")
        #expect(items.values(of: "a") == ["1", "2"])
        #expect(items["b"] == "x y z")
        #expect(items["flag"] == "")
        #expect(items["\u{e4}"] == "%zz")
        #expect(items["c"] == "%4")
        #expect(items["none"] == nil)
    }

    @Test("events keep their lines apart, and names cannot break out")
    func eventEncoding() {
        let event = ServerSentEvent("a\nb\r\nc\rd", event: "x\ndata: y", id: "7", retry: .milliseconds(1500))
        #expect(
            String(decoding: event.encoded, as: UTF8.self)
                == "event: xdata: y\nid: 7\nretry: 1500\ndata: a\ndata: b\ndata: c\ndata: d\n\n")
        #expect(String(decoding: ServerSentEvent("").encoded, as: UTF8.self) == "data: \n\n")
    }

    @Test("events arrive", arguments: TestTransport.allCases)
    func events(transport: TestTransport) async throws {
        var router = Router()
        router.get("/") { _, _ in
            .events { writer in
                try await writer.send(.init("1"))
                try await writer.keepAlive()
                try await writer.send(.init("2"))
            }
        }
        try await withTestExchange(router, over: transport) { exchange async throws in
            let response = try await exchange.send(.get, "/")
            #expect(response.text == "data: 1\n\n:\n\ndata: 2\n\n")
            #expect(response.fields[.contentType] == "text/event-stream")
        }
    }

    @Test("static resources are compressed for those who take it, and revalidated", arguments: TestTransport.allCases)
    func staticResources(transport: TestTransport) async throws {
        let page = Array(String(repeating: "hello, world; ", count: 500).utf8)
        let resource = StaticResource(page, contentType: "text/html; charset=utf-8")
        let image = StaticResource(page, contentType: "image/png")
        var router = Router()
        router.get("/page") { request, _ in resource.response(to: request) }
        router.get("/image") { request, _ in image.response(to: request) }
        try await withTestExchange(router, over: transport) { exchange async throws in
            let plain = try await exchange.send(.get, "/page")
            #expect(plain.body == page)
            #expect(plain.fields[.vary] == "Accept-Encoding")
            let small = try await exchange.send(.get, "/page", fields: [.acceptEncoding: "br, gzip;q=0.5"])
            #expect(small.fields[.contentEncoding] == "gzip")
            #expect(small.body.starts(with: [0x1f, 0x8b]) && small.body.count < 300)
            #expect(small.fields[.eTag] != plain.fields[.eTag])
            for (encoding, expected) in [("gzip;q=0", nil), ("*", "gzip"), ("identity", nil), ("*;q=0", nil)] {
                let response = try await exchange.send(.get, "/page", fields: [.acceptEncoding: encoding])
                #expect(response.fields[.contentEncoding] == expected)
            }
            let tag = try #require(plain.fields[.eTag])
            #expect(try await exchange.send(.get, "/page", fields: [.ifNoneMatch: tag]).status == .notModified)
            let raw = try await exchange.send(.get, "/image", fields: [.acceptEncoding: "gzip"])
            #expect(raw.fields[.contentEncoding] == nil)
        }
    }
}
