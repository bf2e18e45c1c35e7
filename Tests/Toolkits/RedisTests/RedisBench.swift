import EventLoops
import Redis
import RedisTesting

/// A loop, a server of its own and clients for one test.
struct RedisBench {
    let loop: EventLoop
    let server: RedisProcess

    init(options: [String] = []) throws {
        loop = try EventLoop(name: "redis-test")
        server = try RedisProcess(options: options)
    }

    func client(
        port: UInt16? = nil, user: String? = nil, password: String? = nil, database: Int = 0,
        _ change: (inout RedisOptions) -> Void = { _ in }
    ) throws -> RedisClient {
        var options = RedisOptions()
        // Of a server that has just been started, on a busy machine.
        options.deadline = .seconds(20)
        change(&options)
        let place = RedisAddress.Place.server(.init(host: "127.0.0.1", port: port ?? server.port))
        return try RedisClient(
            RedisAddress(place, user: user, password: password, database: database), options: options, on: loop)
    }

    func end(_ clients: RedisClient...) async {
        for client in clients { await client.close() }
        server.kill()
        await loop.shutDown()
    }

    /// The error of a call.
    static func error(_ body: () async throws -> Void) async -> RedisError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? RedisError
        }
    }
}

extension RedisError {
    var isUnknownOutcome: Bool {
        if case .unknownOutcome = self { true } else { false }
    }

    var isUnreachable: Bool {
        if case .unreachable = self { true } else { false }
    }

    var isMalformed: Bool {
        if case .malformed = self { true } else { false }
    }

    var isNotAllowed: Bool {
        if case .notAllowed = self { true } else { false }
    }

    var code: String? {
        if case .refused(let refusal) = self { refusal.code } else { nil }
    }
}
