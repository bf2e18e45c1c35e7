import EventLoops
import Redis
import RedisTesting
import SharedStores

/// A loop, a server of its own and nodes for one test.
final class SharedBench {
    let loop: EventLoop
    let server: RedisProcess
    private var clients: [RedisClient] = []

    init(options: [String] = []) throws {
        loop = try EventLoop(name: "shared-test")
        server = try RedisProcess(options: options)
    }

    /// What one node sees of the server.
    /// - Parameter patience: of a server that is there, on a busy machine.
    func place(
        port: UInt16? = nil, patience: Duration = .seconds(30), _ change: (inout RedisOptions) -> Void = { _ in }
    ) throws -> SharedPlace {
        var options = RedisOptions()
        options.firstPause = .milliseconds(10)
        options.longestPause = .milliseconds(100)
        change(&options)
        let address = RedisAddress(.server(.init(host: "127.0.0.1", port: port ?? server.port)))
        let client = try RedisClient(address, options: options, on: loop)
        clients.append(client)
        return SharedPlace(client, prefix: "test", patience: patience)
    }

    /// A server that has just been started, on a busy machine.
    func ready() async throws {
        _ = try await place().client.call(RedisCommand("PING"), within: .seconds(30))
    }

    func end() async {
        for client in clients { await client.close() }
        server.kill()
        await loop.shutDown()
    }
}
