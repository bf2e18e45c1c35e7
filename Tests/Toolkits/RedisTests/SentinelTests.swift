import EventLoops
import Redis
import RedisTesting
import Testing

@Suite(.enabled(if: RedisProcess.isInstalled, "needs redis-server and redis-sentinel"), .timeLimit(.minutes(3)))
struct SentinelTests {
    @Test
    func `When the master dies the client finds the new one by itself`() async throws {
        let loop = try EventLoop(name: "redis-test")
        let master = try RedisProcess()
        let replica = try RedisProcess(options: ["--replicaof", "127.0.0.1 \(master.port)"])
        let sentinel = try RedisProcess(
            .sentinel,
            configuration: """
                sentinel monitor stentor 127.0.0.1 \(master.port) 1
                sentinel down-after-milliseconds stentor 500
                sentinel failover-timeout stentor 3000

                """)
        let dead = try RedisProcess.freePort()
        var options = RedisOptions()
        options.deadline = .seconds(60)
        let place = RedisAddress.Place.master(
            name: "stentor",
            sentinels: [.init(host: "127.0.0.1", port: dead), .init(host: "127.0.0.1", port: sentinel.port)])
        let client = try RedisClient(RedisAddress(place), options: options, on: loop)
        // Written to the replica too before it is told: the sentinel must know the replica to make it master.
        while !Task.isCancelled {
            _ = try await client.call(RedisCommand("SET", "a", "kept", isIdempotent: true))
            let copies = try await client.call(RedisCommand("WAIT", 1, 1000, isIdempotent: true))
            if copies == .integer(1), try await knowsReplica(sentinel, loop) { break }
        }
        master.kill()
        _ = try await client.call(RedisCommand("SET", "b", "after", isIdempotent: true))
        #expect(try await client.call(RedisCommand("GET", "a", isIdempotent: true)).text == "kept")
        let role = try await client.call(RedisCommand("ROLE", isIdempotent: true)).array?.first?.text
        #expect(role == "master")
        let port = try await client.call(RedisCommand("CONFIG", "GET", "port")).array?.last?.text
        #expect(port == "\(replica.port)")
        await client.close()
        for process in [sentinel, replica] { process.kill() }
        await loop.shutDown()
    }

    private func knowsReplica(_ sentinel: RedisProcess, _ loop: EventLoop) async throws -> Bool {
        let place = RedisAddress.Place.server(.init(host: "127.0.0.1", port: sentinel.port))
        let client = try RedisClient(RedisAddress(place), on: loop)
        let replicas = try await client.call(RedisCommand("SENTINEL", "replicas", "stentor")).array
        await client.close()
        return replicas?.isEmpty == false
    }

    @Test
    func `A sentinel that knows no such master is not believed`() async throws {
        let loop = try EventLoop(name: "redis-test")
        let sentinel = HostileRedis([.text("*-1\r\n")], on: loop)
        let place = RedisAddress.Place.master(
            name: "m", sentinels: [.init(host: "127.0.0.1", port: try await sentinel.start())])
        var options = RedisOptions()
        options.deadline = .milliseconds(500)
        let client = try RedisClient(RedisAddress(place), options: options, on: loop)
        let error = await RedisBench.error { _ = try await client.call(RedisCommand("PING")) }
        #expect(error == .unreachable("the sentinel knows no such master"))
        await client.close()
        await sentinel.stop()
        await loop.shutDown()
    }
}
