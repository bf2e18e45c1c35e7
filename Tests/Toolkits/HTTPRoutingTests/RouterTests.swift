import HTTPTesting
import HTTPTypes
import Testing

@testable import HTTPRouting

@Suite("Routing, with and without a socket", .timeLimit(.minutes(10)))
struct RouterTests {
    private func router() -> Router {
        var router = Router()
        router.get("/") { _, _ in .text("root") }
        router.get("/job/{id}") { _, parameters in .text("job \(try parameters.require("id", as: Int.self))") }
        router.delete("/job/{id}") { _, parameters in .text("gone \(parameters["id"])") }
        router.get("/job/new") { _, _ in .text("new") }
        router.get("/job/{id}/log") { _, parameters in .text("log \(parameters["id"])") }
        router.get("/files/{rest...}") { _, parameters in .text("rest \(parameters["rest"])") }
        router.post("/echo") { request, _ in
            HTTPResponse(.ok, body: .bytes(try await request.body.collect(upTo: 100)))
        }
        router.get("/stream") { _, _ in
            HTTPResponse(
                .ok,
                body: .stream { writer in for number in 0..<3 { try await writer.write(Array("\(number);".utf8)) } })
        }
        return router
    }

    @Test("paths find their handlers", arguments: TestTransport.allCases)
    func paths(transport: TestTransport) async throws {
        try await withTestExchange(router(), over: transport) { exchange async throws in
            for (target, status, text) in [
                ("/", 200, "root"), ("/job/7", 200, "job 7"), ("/job/new", 200, "new"), ("/job/7/log", 200, "log 7"),
                ("/job/new/log", 200, "log new"), ("/files/a/b%20c", 200, "rest a/b c"), ("/files/", 200, "rest "),
                ("/stream", 200, "0;1;2;"), ("/job/seven", 404, "there is nothing at this address\n"),
                ("/job/", 404, "there is nothing at this address\n"),
                ("/nothing", 404, "there is nothing at this address\n"),
                ("/job/7/", 404, "there is nothing at this address\n"),
                ("//", 404, "there is nothing at this address\n"),
            ] {
                let decoded = transport == .memory ? target.split(separator: "%20").joined(separator: " ") : target
                let response = try await exchange.send(.get, decoded)
                #expect(response.status.code == status, "\(target)")
                #expect(response.text == text, "\(target)")
            }
        }
    }

    @Test("a method that is not there is 405 with those that are", arguments: TestTransport.allCases)
    func methods(transport: TestTransport) async throws {
        try await withTestExchange(router(), over: transport) { exchange async throws in
            let refused = try await exchange.send(.put, "/job/7")
            #expect(refused.status == .methodNotAllowed)
            #expect(refused.fields[.allow] == "DELETE, GET, HEAD")
            #expect(try await exchange.send(.delete, "/job/7").text == "gone 7")
            let head = try await exchange.send(.head, "/job/7")
            #expect(head.status == .ok && head.body.isEmpty)
        }
    }

    @Test("bodies pass, and too large ones are 413", arguments: TestTransport.allCases)
    func bodies(transport: TestTransport) async throws {
        try await withTestExchange(router(), over: transport) { exchange async throws in
            #expect(try await exchange.send(.post, "/echo", body: .text("abc")).text == "abc")
            let streamed = OutgoingBody.stream { writer in for _ in 0..<3 { try await writer.write([0x61]) } }
            #expect(try await exchange.send(.post, "/echo", body: streamed).text == "aaa")
            let large = try await exchange.send(.post, "/echo", body: .bytes([UInt8](repeating: 1, count: 101)))
            #expect(large.status == .contentTooLarge)
        }
    }
}
