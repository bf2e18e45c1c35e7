import EventLoops
import HTTPTesting
import HTTPTypes

/// The handlers the tests talk to.
struct Answers: HTTPResponder {
    /// What happened to handlers that wait: "waiting", then "cancelled".
    let events: AsyncStream<String>
    private let note: AsyncStream<String>.Continuation
    private let gate = AsyncStream.makeStream(of: Void.self)

    init() {
        (events, note) = AsyncStream.makeStream(of: String.self)
    }

    /// Lets the handler of `/heard` begin to read.
    func openGate() { gate.continuation.finish() }

    func respond(to request: HTTPRequest) async throws -> HTTPResponse {
        switch request.path {
        case "/hello": return .text("hello")
        case "/echo": return HTTPResponse(.ok, body: .bytes(try await request.body.collect(upTo: 1 << 20)))
        case "/count": return .text(String(try await count(request.body)))
        case "/heard": return try await hear(request.body)
        case "/ignore": return .text("ignored")
        case "/blob": return HTTPResponse(.ok, body: blob(request, counted: true))
        case "/chunks": return HTTPResponse(.ok, body: blob(request, counted: false))
        case "/wait": return try await wait()
        case "/idle-producer":
            return HTTPResponse(
                .ok,
                body: .stream { writer in
                    try await writer.write([0x61])
                    _ = try await wait()
                })
        case "/short": return HTTPResponse(.ok, body: .stream(length: 5) { try await $0.write([1, 2]) })
        case "/long": return HTTPResponse(.ok, body: .stream(length: 1) { try await $0.write([1, 2]) })
        case "/broken":
            return HTTPResponse(
                .ok,
                body: .stream { writer in
                    try await writer.write(Array("half".utf8))
                    throw HTTPError(.badGateway, "the source failed")
                })
        case "/throws":
            struct Failure: Error {}
            throw Failure()
        case "/bad-field": return HTTPResponse(.ok, fields: ["X": "a\r\nY: b"])
        case "/none": return HTTPResponse(.noContent)
        default: throw HTTPError(.notFound, "nothing here")
        }
    }

    private func count(_ body: IncomingBody) async throws -> Int {
        var total = 0
        for try await chunk in body { total += chunk.count }
        return total
    }

    /// Begins to read once the gate is open, and says how much there was until the body broke off.
    private func hear(_ body: IncomingBody) async throws -> HTTPResponse {
        note.yield("waiting")
        for await _ in gate.stream {}
        var total = 0
        do {
            for try await chunk in body { total += chunk.count }
        } catch {
            note.yield("heard \(total)")
            throw error
        }
        return .text("whole")
    }

    /// As many bytes as the query says, in chunks of 64 KiB.
    private func blob(_ request: HTTPRequest, counted: Bool) -> OutgoingBody {
        let size = Int(request.query ?? "") ?? 0
        return .stream(length: counted ? Int64(size) : nil) { writer in
            var left = size
            while left > 0 {
                let count = min(left, 65536)
                try await writer.write([UInt8](repeating: 0x62, count: count))
                left -= count
            }
        }
    }

    /// Waits for something that never comes, until cancelled.
    private func wait() async throws -> HTTPResponse {
        note.yield("waiting")
        let (never, _) = AsyncStream.makeStream(of: Void.self)
        for await _ in never {}
        note.yield(Task.isCancelled ? "cancelled" : "left")
        return .text("late")
    }
}

extension Answers {
    /// The next thing that happened.
    func next() async -> String? {
        for await event in events { return event }
        return nil
    }
}
