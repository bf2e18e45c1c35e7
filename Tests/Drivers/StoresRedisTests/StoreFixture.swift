import EventLoops
import Jobs
import Redis
import RedisTesting
import StoresRedis

/// A server, a loop and a client for one test. `end` belongs at its end.
final class StoreFixture: Sendable {
    let loop: EventLoop
    let server: RedisProcess
    let client: RedisClient

    init(options: [String] = []) async throws {
        loop = try EventLoop(name: "redis-test")
        server = try RedisProcess(options: options)
        client = try Self.client(server.port, loop)
    }

    static func client(_ port: UInt16, _ loop: EventLoop, deadline: Duration = .seconds(20)) throws -> RedisClient {
        var options = RedisOptions()
        options.deadline = deadline
        return try RedisClient(RedisAddress(.server(.init(host: "127.0.0.1", port: port))), options: options, on: loop)
    }

    /// Another program's view of the same server.
    func another(deadline: Duration = .seconds(20), port: UInt16? = nil) throws -> RedisClient {
        try Self.client(port ?? server.port, loop, deadline: deadline)
    }

    /// Keys that are there beside the queue's own settings, its runs and turns.
    func leftovers() async throws -> [String] {
        let keys = try await client.call(RedisCommand("KEYS", "*")).array?.compactMap(\.text) ?? []
        let lasting = ["queue", "runs", "places"].map { "{stentor}:\($0)" }
        return keys.filter { !lasting.contains($0) }.sorted()
    }

    func end() async {
        await client.close()
        server.kill()
        await loop.shutDown()
    }
}
