import EventLoops
import Glibc
import HTTPServer
import HTTPTypes
import IPAddresses

@main
struct Probe {
    static func main() async throws {
        SignalWatcher.block([SIGTERM, SIGINT, SIGHUP])
        let arguments = CommandLine.arguments
        let port = UInt16(arguments.count > 1 ? arguments[1] : "8080") ?? 8080
        let loops = Int(arguments.count > 2 ? arguments[2] : "1") ?? 1
        let group = try EventLoopGroup(count: loops)
        let watcher = try await SignalWatcher([SIGTERM, SIGINT, SIGHUP], on: group.loops[0])
        let configuration = HTTPServerConfiguration(addresses: [.tcp(IPAddress(v4: 0x7f00_0001), port: port)])
        let server = try HTTPServer(configuration, on: group, responder: Answers())
        print("listening on \(try await server.start())")
        fflush(nil)
        for await signal in watcher.signals where signal != SIGHUP { break }
        await server.drain(deadline: .seconds(10))
    }
}

struct Answers: HTTPResponder {
    func respond(to request: HTTPRequest) async throws -> HTTPResponse {
        switch request.path {
        case "/hello":
            return HTTPResponse(
                .ok, fields: [.contentType: "application/json"],
                body: .bytes(Array("{\"message\":\"hello, you\"}\n".utf8)))
        default: throw HTTPError(.notFound, "nothing here")
        }
    }
}
