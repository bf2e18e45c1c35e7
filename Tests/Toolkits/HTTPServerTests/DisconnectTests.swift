import EventLoops
import Glibc
import HTTPClient
import HTTPTesting
import HTTPTypes
import IPAddresses
import Testing

@testable import HTTPServer

@Suite("Clients that leave, servers that stop", .timeLimit(.minutes(10)))
struct DisconnectTests {
    @Test(
        "a handler that waits for something else is cancelled when its client goes",
        arguments: ["/wait", "/idle-producer"])
    func waiting(path: String) async throws {
        let answers = Answers()
        try await withTestServer(answers) { server async throws in
            let connection = try server.connect()
            try await connection.send("GET \(path) HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await answers.next() == "waiting")
            connection.finishSending()
            #expect(await answers.next() == "cancelled")
            while server.server.connectionCount > 0 { await Task.yield() }
        }
    }

    @Test("a half-sent upload ends with its client")
    func upload() async throws {
        try await withTestServer(Answers()) { server async throws in
            let connection = try server.connect()
            try await connection.send("POST /count HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc")
            connection.finishSending()
            while server.server.connectionCount > 0 { await Task.yield() }
        }
    }

    @Test("what of an upload had arrived when its client left is read to its end")
    func readToTheEnd() async throws {
        let answers = Answers()
        try await withTestServer(answers) { server async throws in
            let connection = try server.connect()
            try await connection.send("POST /heard HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n")
            #expect(await answers.next() == "waiting")
            // Less than the kernel takes without a reader.
            try await connection.send(String(repeating: "a", count: 1_000_000))
            connection.finishSending()
            answers.openGate()
            #expect(await answers.next() == "heard 1000000")
            while server.server.connectionCount > 0 { await Task.yield() }
        }
    }

    @Test("a download ends with its client")
    func download() async throws {
        try await withTestServer(Answers()) { server async throws in
            do {
                let connection = try server.connect()
                try await connection.send("GET /blob?10000000000 HTTP/1.1\r\nHost: h\r\n\r\n")
                _ = await connection.receive(count: 1_000_000)
            }
            while server.server.connectionCount > 0 { await Task.yield() }
        }
    }

    @Test("draining finishes what runs, closes what rests, and refuses what is new")
    func drain() async throws {
        let answers = Answers()
        try await withTestServer(answers, loops: 2) { server async throws in
            let idle = try server.connect()
            try await idle.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await idle.response().body == "hello")
            let running = try server.connect()
            try await running.send("GET /blob?20000000 HTTP/1.1\r\nHost: h\r\n\r\n")
            let head = await running.receive(through: "\r\n\r\n")
            #expect(head.contains("200 OK"))
            async let drained: Void = server.server.drain(deadline: .seconds(30))
            #expect(await idle.end() == .closed)
            #expect(throws: SystemCallError.self) { try server.connect() }
            #expect(await running.receive(count: 20_000_000).count == 20_000_000)
            #expect(await running.end() == .closed)
            await drained
            #expect(server.server.connectionCount == 0)
        }
    }

    @Test("what has not finished at the deadline of a drain is cut")
    func drainDeadline() async throws {
        let answers = Answers()
        try await withTestServer(answers) { server async throws in
            let connection = try server.connect()
            try await connection.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(await answers.next() == "waiting")
            await server.server.drain(deadline: .milliseconds(50))
            #expect(await answers.next() == "cancelled")
            #expect(server.server.connectionCount == 0)
        }
    }

    @Test("a port in use is an error, also when the port is shared between loops", arguments: [1, 2])
    func portInUse(loops: Int) async throws {
        try await withTestServer(Answers(), loops: loops) { server async throws in
            let address = ListenAddress.tcp(IPAddress(v4: 0x7f00_0001), port: server.port)
            let second = try HTTPServer(
                HTTPServerConfiguration(addresses: [address]), on: server.loops, responder: Answers())
            await #expect(throws: SystemCallError("bind", code: EADDRINUSE)) { try await second.start() }
        }
    }

    @Test("IPv6 and Unix sockets are served, and a dead Unix socket is replaced")
    func otherAddresses() async throws {
        let path = "/tmp/stentor-\(UInt64.random(in: .min ... .max)).sock"
        let loops = try EventLoopGroup(count: 2)
        for _ in 0..<2 {
            let loopback = try #require(IPAddress("::1"))
            let server = try HTTPServer(
                HTTPServerConfiguration(addresses: [.unix(path: path), .tcp(loopback, port: 0)]), on: loops,
                responder: Answers())
            let bound = try await server.start()
            #expect(bound.count == 2)
            for _ in 0..<3 {
                let connection = try RawConnection(path: path)
                try await connection.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(await connection.response().body == "hello")
            }
            let client = try HTTPClient(on: loops.loops[0])
            var request = HTTPClientRequest(.get, "http://stentor/hello")
            request.unixSocketPath = path
            #expect(try await client.execute(request).body.collect(upTo: 10) == Array("hello".utf8))
            request.addresses = .publicOnly
            await #expect(throws: HTTPClientError.self) { try await client.execute(request) }
            await client.shutDown()
            await server.drain(deadline: .zero)
            // A file nobody listens on, as a killed server leaves it.
            let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
            let size = socklen_t(MemoryLayout<sockaddr_un>.size)
            let bind = withUnsafeBytes(of: &name) {
                Glibc.bind(left, $0.bindMemory(to: sockaddr.self).baseAddress, size)
            }
            #expect(bind == 0)
            close(left)
        }
        unlink(path)
        await loops.shutDown()
    }

    @Test("an upload of 64 MiB is never held in memory, and counted right")
    func largeUpload() async throws {
        try await withTestServer(Answers(), loops: 2) { server async throws in
            let connection = try server.connect()
            let size = 64 << 20
            try await connection.send("POST /count HTTP/1.1\r\nHost: h\r\nContent-Length: \(size)\r\n\r\n")
            let piece = [UInt8](repeating: 3, count: 1 << 20)
            for _ in 0..<(size / piece.count) { try await connection.send(piece) }
            #expect(await connection.response().body == String(size))
        }
    }
}
