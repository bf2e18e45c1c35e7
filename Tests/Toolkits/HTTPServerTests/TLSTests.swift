import EventLoops
import HTTPClient
import HTTPTesting
import HTTPTypes
import Testing

@testable import HTTPServer

@Suite("TLS", .timeLimit(.minutes(10)))
struct TLSTests {
    private func fetch(_ server: TestServer, _ certificate: TestCertificate, _ path: String) async throws -> Int {
        var configuration = HTTPClientConfiguration()
        configuration.trustedCertificatesFile = certificate.chainFile
        let client = try HTTPClient(on: server.loops.loops[0], configuration: configuration)
        defer { _ = client }
        do {
            let response = try await client.execute(.init(.get, "https://localhost:\(server.port)\(path)"))
            let count = try await response.body.collect(upTo: 1 << 26).count
            await client.shutDown()
            return count
        } catch {
            await client.shutDown()
            throw error
        }
    }

    private func withTLS(_ body: (TestServer, TestCertificate) async throws -> Void) async throws {
        let certificate = try TestCertificate()
        try await withTestServer(
            Answers(), loops: 2,
            configure: { $0.certificate = .init(chainFile: certificate.chainFile, keyFile: certificate.keyFile) }
        ) { server async throws in try await body(server, certificate) }
    }

    @Test("requests small and large pass")
    func requests() async throws {
        try await withTLS { server, certificate async throws in
            #expect(try await fetch(server, certificate, "/hello") == 5)
            #expect(try await fetch(server, certificate, "/blob?20000000") == 20_000_000)
            #expect(try await fetch(server, certificate, "/chunks?3000000") == 3_000_000)
        }
    }

    @Test("uploads with backpressure pass")
    func upload() async throws {
        try await withTLS { server, certificate async throws in
            var configuration = HTTPClientConfiguration()
            configuration.trustedCertificatesFile = certificate.chainFile
            let client = try HTTPClient(on: server.loops.loops[1], configuration: configuration)
            let body = OutgoingBody.stream { writer in
                for _ in 0..<200 { try await writer.write([UInt8](repeating: 1, count: 50_000)) }
            }
            let response = try await client.execute(
                .init(.post, "https://localhost:\(server.port)/count", body: body))
            #expect(try await response.body.collect(upTo: 100) == Array("10000000".utf8))
            await client.shutDown()
        }
    }

    @Test("a certificate nobody vouches for is refused by the client, and plain HTTP by the server")
    func refusals() async throws {
        try await withTLS { server, _ async throws in
            let other = try TestCertificate(serial: 9)
            do {
                _ = try await fetch(server, other, "/hello")
                Issue.record("trusted")
            } catch let error as HTTPClientError { #expect(error.code == .security) }
            let plain = try server.connect()
            try await plain.send("GET /hello HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(!(await plain.readToEnd()).contains("hello"))
        }
    }

    @Test("a renewed certificate is used after a reload, and a broken one is not")
    func reload() async throws {
        try await withTLS { server, certificate async throws in
            #expect(try await fetch(server, certificate, "/hello") == 5)
            try certificate.renew(serial: 2)
            // The client trusts the new file only; the server still shows the old certificate.
            await #expect(throws: HTTPClientError.self) { try await fetch(server, certificate, "/hello") }
            try server.server.reloadCertificate()
            #expect(try await fetch(server, certificate, "/hello") == 5)
        }
    }

    @Test("a handshake that does not come is cut")
    func handshakeDeadline() async throws {
        let certificate = try TestCertificate()
        try await withTestServer(
            Answers(),
            configure: {
                $0.certificate = .init(chainFile: certificate.chainFile, keyFile: certificate.keyFile)
                $0.deadlines.handshake = .milliseconds(100)
                $0.deadlines.tick = .milliseconds(10)
            }
        ) { server async throws in
            #expect(await (try server.connect()).end() == .closed)
        }
    }
}
