import CSystem
import EventLoops
import FakeProviders
import Glibc

/// The fakes as a program, for clients in other languages and for benchmarks. Never shipped.
///
///     fake-providers [PORT]
@main
struct Main {
    static func main() throws {
        csystem_limit_memory_arenas()
        try MainThread.run(blocking: [SIGTERM, SIGINT]) {
            let loops = try EventLoopGroup(count: 1)
            let signals = try await SignalWatcher([SIGTERM, SIGINT], on: loops.loops[0])
            let providers = FakeProviders(loops: loops)
            let port = try await providers.start(
                port: CommandLine.arguments.dropFirst().first.flatMap(UInt16.init) ?? 0)
            // Scripts wait for this line, so it is not left in a buffer.
            print("listening on \(port)")
            fflush(nil)
            for await _ in signals.signals { break }
            await providers.stop()
            await loops.shutDown()
        }
    }
}
