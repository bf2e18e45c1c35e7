import CSystem
import EventLoops
import Glibc
import HTTPServer
import HTTPTypes
import IPAddresses

/// A small server for benchmarks and for clients of other makers. Never shipped.
///
///     http-probe [--port 8080] [--loops 1] [--unix path] [--certificate chain.pem key.pem]
@main
struct HTTPProbe {
    static func main() throws {
        csystem_limit_memory_arenas()
        let options = Options(CommandLine.arguments.dropFirst())
        try MainThread.run(blocking: [SIGTERM, SIGINT, SIGHUP]) { try await serve(options) }
    }

    private static func serve(_ options: Options) async throws {
        let loops = try EventLoopGroup(count: options.loops)
        let signals = try await SignalWatcher([SIGTERM, SIGINT, SIGHUP], on: loops.loops[0])
        var configuration = HTTPServerConfiguration(addresses: [.tcp(IPAddress(v4: 0x7f00_0001), port: options.port)])
        if let path = options.unix { configuration.addresses.append(.unix(path: path)) }
        configuration.certificate = options.certificate
        configuration.limits.connectionsPerAddress = .max
        let server = try HTTPServer(configuration, on: loops, responder: ProbeAnswers.application())
        for address in try await server.start() { say("listening on \(address)") }
        for await signal in signals.signals {
            if signal != SIGHUP { break }
            do { try server.reloadCertificate() } catch { say("\(error)") }
        }
        await server.drain(deadline: .seconds(30))
        await loops.shutDown()
    }

    /// Scripts wait for these lines, so they are not left in a buffer.
    private static func say(_ line: String) {
        print(line)
        fflush(nil)
    }
}

/// The command line. Wrong use ends the program at once: only scripts start it.
struct Options: Sendable {
    var port: UInt16 = 8080
    var loops = 1
    var unix: String?
    var certificate: HTTPServerConfiguration.Certificate?

    init(_ arguments: ArraySlice<String>) {
        var rest = arguments
        func next() -> String {
            guard let value = rest.popFirst() else { return Self.refuse("an option lacks its value") }
            return value
        }
        while let option = rest.popFirst() {
            switch option {
            case "--port": port = UInt16(next()) ?? Self.refuse("--port wants a number")
            case "--loops": loops = Int(next()) ?? Self.refuse("--loops wants a number")
            case "--unix": unix = next()
            case "--certificate": certificate = .init(chainFile: next(), keyFile: next())
            default: Self.refuse("unknown option \(option)") as Void
            }
        }
    }

    private static func refuse<Value>(_ reason: String) -> Value {
        print(reason)
        exit(2)
    }
}
