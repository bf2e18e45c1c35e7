internal import EventLoops
internal import HTTPClient
internal import HTTPServer
public import HTTPTypes
internal import IPAddresses

/// What came back, complete.
public struct TestResponse: Sendable {
    public let status: HTTPStatus
    public let fields: HTTPFields
    public let body: [UInt8]

    public var text: String { String(decoding: body, as: UTF8.self) }
}

/// The two ways a test body can be run: straight into the responder, or through a client and a server on a socket.
public enum TestTransport: String, CaseIterable, Sendable, CustomStringConvertible {
    case memory
    case socket

    public var description: String { rawValue }
}

/// Sends requests to the responder under test.
public struct TestExchange: Sendable {
    fileprivate let perform: @Sendable (HTTPRequest, OutgoingBody) async throws -> TestResponse

    /// One request and its whole response.
    public func send(
        _ method: HTTPMethod, _ target: String, fields: HTTPFields = [:], body: OutgoingBody = .empty
    ) async throws -> TestResponse {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let request = HTTPRequest(
            method: method, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : nil, fields: fields,
            authority: fields[.host] ?? "localhost")
        return try await perform(request, body)
    }
}

/// Runs `body` against `responder` over `transport`.
public func withTestExchange<Value>(
    _ responder: any HTTPResponder, over transport: TestTransport,
    _ body: (TestExchange) async throws -> Value
) async throws -> Value {
    switch transport {
    case .memory: return try await body(TestExchange { try await exchangeInMemory(responder, $0, $1) })
    case .socket:
        return try await withTestServer(responder) { server in
            try await body(TestExchange { try await server.exchange($0, $1) })
        }
    }
}

/// What the server would do, without its socket: errors become responses, HEAD loses its body.
private func exchangeInMemory(
    _ responder: any HTTPResponder, _ request: HTTPRequest, _ body: OutgoingBody
) async throws -> TestResponse {
    var request = request
    request.body = try await MemoryBody.incoming(body)
    request.remoteAddress = IPAddress("127.0.0.1")
    var response: HTTPResponse
    do {
        response = try await responder.respond(to: request)
    } catch let error as HTTPError {
        response = responder.response(to: error, path: request.path)
    } catch let error as BodyTooLargeError {
        response = responder.response(to: HTTPError(.contentTooLarge, error.description), path: request.path)
    } catch {
        response = responder.response(to: HTTPError(.internalServerError, "the server failed"), path: request.path)
    }
    let collector = MemoryBody()
    if request.method != .head, !response.status.forbidsBody { try await collector.collect(response.body) }
    return TestResponse(status: response.status, fields: response.fields, body: await collector.bytes)
}

/// A body that is written and then read, in memory.
private actor MemoryBody: BodyWriter, BodySource {
    private(set) var bytes: [UInt8] = []
    private var chunks: [[UInt8]] = []

    func write(_ bytes: [UInt8]) {
        if bytes.isEmpty { return }
        self.bytes += bytes
        chunks.append(bytes)
    }

    func next() -> [UInt8]? { chunks.isEmpty ? nil : chunks.removeFirst() }

    func collect(_ body: OutgoingBody) async throws {
        switch body.storage {
        case .empty: break
        case .bytes(let bytes): write(bytes)
        case .stream(_, let producer): try await producer(self)
        }
    }

    static func incoming(_ body: OutgoingBody) async throws -> IncomingBody {
        if case .empty = body.storage { return .empty }
        let memory = MemoryBody()
        try await memory.collect(body)
        return IncomingBody(length: body.length, source: memory)
    }
}

extension TestServer {
    fileprivate func exchange(_ request: HTTPRequest, _ body: OutgoingBody) async throws -> TestResponse {
        let client = try HTTPClient(on: loops.loops[0])
        let target = request.path + (request.query.map { "?" + $0 } ?? "")
        var fields = request.fields
        fields[.host] = nil
        let response = try await client.execute(
            HTTPClientRequest(request.method, "http://127.0.0.1:\(port)\(target)", fields: fields, body: body))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        await client.shutDown()
        return TestResponse(status: response.status, fields: response.fields, body: bytes)
    }
}
