public import EventLoops
public import HTTPServer
public import HTTPTypes
internal import IPAddresses

/// A server on a loopback port for the length of a test.
public struct TestServer: Sendable {
    public let server: HTTPServer
    public let port: UInt16
    public let loops: EventLoopGroup
    /// What the server reported.
    public let reports: Guarded<[HTTPServerReport]>

    /// Opens a raw connection to it.
    public func connect() throws -> RawConnection {
        try RawConnection(port: port)
    }

    /// Sends `text` on a fresh connection, ends sending only if asked to, and reads until the server closes.
    public func converse(_ text: String) async throws -> String {
        let connection = try connect()
        try await connection.send(text)
        return await connection.readToEnd()
    }
}

/// Runs `body` with a server that answers with `responder`, and ends it whatever happens.
public func withTestServer<Value>(
    _ responder: any HTTPResponder, loops count: Int = 1,
    configure: (inout HTTPServerConfiguration) -> Void = { _ in }, _ body: (TestServer) async throws -> Value
) async throws -> Value {
    let loops = try EventLoopGroup(count: count, name: "test")
    var configuration = HTTPServerConfiguration(addresses: [.tcp(IPAddress(v4: 0x7f00_0001), port: 0)])
    let reports = Guarded<[HTTPServerReport]>([])
    configuration.report = { report in reports.withLock { $0.append(report) } }
    configure(&configuration)
    let server = try HTTPServer(configuration, on: loops, responder: responder)
    let bound = try await server.start()
    var port: UInt16 = 0
    for case .tcp(_, let number) in bound { port = number }
    let result: Result<Value, any Error>
    do {
        result = .success(try await body(TestServer(server: server, port: port, loops: loops, reports: reports)))
    } catch {
        result = .failure(error)
    }
    await server.drain(deadline: .zero)
    await loops.shutDown()
    return try result.get()
}
