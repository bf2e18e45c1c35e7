import EventLoops
import HTTPTypes
import Synchronization
import Testing

@testable import HTTPClient

private let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

@Suite("HTTP client", .timeLimit(.minutes(10)))
struct HTTPClientTests {
    @Test("a request goes out as it was asked for, and two share one connection")
    func simple() async throws {
        let heads = Guarded<[String]>([])
        let server = try ScriptedServer { peer in
            for _ in 0..<2 {
                let head = peer.receiveHead()
                heads.withLock { $0.append(head) }
                try peer.send(ok)
            }
        }
        try await withClient { client async throws in
            for _ in 0..<2 {
                let request = HTTPClientRequest(.get, server.url + "/a?b=c", fields: [.range: "bytes=5-"])
                let response = try await client.execute(request)
                #expect(response.status == .ok)
                #expect(try await response.text() == "hi")
            }
        }
        #expect(await server.finish().isEmpty)
        for head in heads.withLock({ $0 }) {
            #expect(head.hasPrefix("GET /a?b=c HTTP/1.1\r\n"))
            #expect(head.contains("\r\nRange: bytes=5-\r\n"))
            #expect(!head.lowercased().contains("transfer-encoding"))
        }
    }

    @Test("a streamed body without a length is chunked, with one it is counted")
    func upload() async throws {
        for length in [nil, Int64(6)] {
            let seen = Guarded("")
            let server = try ScriptedServer { peer in
                let head = peer.receiveHead()
                let size = length == nil ? "3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n".utf8.count : 6
                let body = String(decoding: peer.receive(size), as: UTF8.self)
                seen.withLock { $0 = head + body }
                try peer.send(ok)
            }
            try await withClient { client async throws in
                let body = OutgoingBody.stream(length: length) { writer in
                    try await writer.write(Array("abc".utf8))
                    await Task.yield()
                    try await writer.write(Array("def".utf8))
                }
                #expect(try await client.execute(.init(.post, server.url, body: body)).text() == "hi")
            }
            #expect(await server.finish().isEmpty)
            let text = seen.withLock { $0 }
            #expect(text.contains("Content-Length: 6") == (length != nil))
            #expect(text.contains("Transfer-Encoding: chunked") == (length == nil))
            if length == nil {
                #expect(text.hasSuffix("0\r\n\r\n"))
            } else {
                #expect(text.hasSuffix("\r\n\r\nabcdef"))
            }
        }
    }

    @Test("a reader that stops holds the server back, and gets every byte afterwards")
    func backpressure() async throws {
        let total = 64 << 20
        let sent = Atomic<Int>(0)
        let server = try ScriptedServer { peer in
            _ = peer.receiveHead()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            let piece = [UInt8](repeating: 7, count: 1 << 20)
            for _ in 0..<(total >> 20) {
                try peer.send(piece)
                sent.add(piece.count, ordering: .relaxed)
            }
        }
        try await withClient { client async throws in
            let response = try await client.execute(.init(.get, server.url))
            var received = 0
            var largest = 0
            var lead = 0
            for try await chunk in response.body {
                received += chunk.count
                largest = max(largest, chunk.count)
                lead = max(lead, sent.load(ordering: .relaxed) - received)
            }
            #expect(received == total)
            #expect(largest <= 256 * 1024 + 16 * 1024)
            // What the kernel's two socket buffers and ours can hold is far from the whole.
            #expect(lead < total / 2)
        }
        #expect(await server.finish().isEmpty)
    }

    @Test("cancelling a call that waits for its head ends it, and the server notices")
    func cancellation() async throws {
        let (asked, ask) = AsyncStream.makeStream(of: Void.self)
        let server = try ScriptedServer { peer in
            _ = peer.receiveHead()
            ask.yield()
            peer.waitForEnd()
        }
        try await withClient { client async throws in
            let call = Task { try await client.execute(.init(.get, server.url)) }
            for await _ in asked { break }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            // The script ends only when the connection does.
            #expect(await server.finish().isEmpty)
        }
    }

    @Test("a response that is let go unread ends its transfer")
    func dropped() async throws {
        let server = try ScriptedServer { peer in
            _ = peer.receiveHead()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\nx")
            peer.waitForEnd()
        }
        try await withClient { client async throws in
            #expect(try await client.execute(.init(.get, server.url)).status == .ok)
            #expect(await server.finish().isEmpty)
        }
    }

    @Test("the total deadline covers the head and the body")
    func deadline() async throws {
        for head in ["", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1"] {
            let server = try ScriptedServer { peer in
                _ = peer.receiveHead()
                try peer.send(head)
                peer.waitForEnd()
            }
            try await withClient { client async throws in
                var request = HTTPClientRequest(.get, server.url)
                request.timeouts.total = .milliseconds(150)
                let code = await code { _ = try await client.execute(request).text() }
                #expect(code == .deadline)
            }
            #expect(await server.finish().isEmpty)
        }
    }

    @Test("a transfer below its minimum rate is ended as too slow")
    func minimumRate() async throws {
        let server = try ScriptedServer { peer in
            _ = peer.receiveHead()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n1")
            peer.waitForEnd()
        }
        try await withClient { client async throws in
            var request = HTTPClientRequest(.get, server.url)
            request.timeouts.minimumRate = .init(bytesPerSecond: 1000, over: .seconds(1))
            #expect(await code { _ = try await client.execute(request).text() } == .tooSlow)
        }
        #expect(await server.finish().isEmpty)
    }

    @Test("nobody listening is a failed connection, and nothing was sent")
    func refused() async throws {
        let server = try ScriptedServer()
        server.abandon()
        try await withClient { client async throws in
            do {
                _ = try await client.execute(.init(.post, server.url))
                Issue.record("a closed port answered")
            } catch let error as HTTPClientError {
                #expect(error.code == .connection)
                #expect(error.beforeSending)
            }
        }
    }

    @Test("a body that breaks off is interrupted, not short")
    func truncated() async throws {
        let server = try ScriptedServer { peer in
            _ = peer.receiveHead()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n123")
        }
        try await withClient { client async throws in
            #expect(await code { _ = try await client.execute(.init(.get, server.url)).text() } == .interrupted)
        }
        #expect(await server.finish().isEmpty)
    }

    @Test("an answer that is not HTTP, or has an endless head, is refused")
    func malformed() async throws {
        let bomb = "HTTP/1.1 200 OK\r\n" + String(repeating: "A: \(String(repeating: "x", count: 1000))\r\n", count: 80)
        for (answer, expected) in [
            ("hello\r\n\r\n", HTTPClientError.Code.malformedResponse), (bomb, .responseHeadTooLarge),
        ] {
            let server = try ScriptedServer { peer in
                _ = peer.receiveHead()
                // The client may have hung up before it has all of it.
                do { try peer.send(answer) } catch {}
                peer.waitForEnd()
            }
            try await withClient { client async throws in
                let code = await code { _ = try await client.execute(.init(.get, server.url)).text() }
                #expect(code == expected)
            }
            _ = await server.finish()
        }
    }

    @Test("an error of the body's producer reaches the caller")
    func producerError() async throws {
        struct Broken: Error {}
        let server = try ScriptedServer { peer in
            _ = peer.receiveHead()
            peer.waitForEnd()
        }
        try await withClient { client async throws in
            let body = OutgoingBody.stream { _ in throw Broken() }
            do {
                _ = try await client.execute(.init(.post, server.url, body: body))
                Issue.record("a broken body was sent")
            } catch let error as HTTPClientError {
                #expect(error.code == .producer)
                #expect(error.cause is Broken)
            }
        }
        #expect(await server.finish().isEmpty)
    }

    @Test(
        "requests that cannot be meant are refused before anything is sent",
        arguments: [
            "ftp://h/", "file:///etc/passwd", "/relative", "http://user:pw@127.0.0.1/", "http://", "gopher://x/",
            "http://127.0.0.1:99999/", "http://a\0b/",
        ])
    func badURLs(url: String) async throws {
        try await withClient { client async throws in
            #expect(await code { _ = try await client.execute(.init(.get, url)) } == .invalidRequest)
        }
    }

    @Test("a field that would split the request is refused")
    func badFields() async throws {
        try await withClient { client async throws in
            for fields: HTTPFields in [[.accept: "a\r\nX: y"], [.host: "other"], [.contentLength: "3"]] {
                let request = HTTPClientRequest(.get, "http://127.0.0.1:1/", fields: fields)
                #expect(await code { _ = try await client.execute(request) } == .invalidRequest)
            }
        }
    }

    @Test("hundreds of calls at once all get their own answer")
    func concurrency() async throws {
        let script: ScriptedServer.Script = { peer in
            while true {
                let head = peer.receiveHead()
                guard let path = head.split(separator: " ").dropFirst().first else { return }
                try peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)")
            }
        }
        let server = try ScriptedServer(script, script, script, script)
        var configuration = HTTPClientConfiguration()
        configuration.maximumConnectionsPerHost = 4
        try await withClient(configuration) { client async throws in
            try await withThrowingTaskGroup(of: Bool.self) { group async throws in
                for number in 0..<300 {
                    group.addTask {
                        try await client.execute(.init(.get, "\(server.url)/\(number)")).text() == "/\(number)"
                    }
                }
                #expect(try await group.allSatisfy { $0 })
            }
        }
        server.abandon()
    }
}
