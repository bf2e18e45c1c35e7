internal import EventLoops
internal import IPAddresses
internal import TLS

/// Makes connections that are ready for commands: finds the master, connects, says who we are.
///
/// Used on the loop only.
struct Opener: Sendable {
    let address: RedisAddress
    let options: RedisOptions
    let loop: EventLoop
    let pool: BlockingPool
    let tls: TLSClientContext?

    /// One try.
    nonisolated(nonsending) func open(by limit: MonotonicTime) async throws(RedisError) -> Connection {
        let deadline = min(limit, .now() + options.connectPatience)
        switch address.place {
        case .server(let endpoint):
            let connection = try await connect(endpoint, deadline)
            try await greet(connection, deadline)
            return connection
        case .master(let name, let sentinels):
            return try await openMaster(name, sentinels, deadline)
        }
    }

    private nonisolated(nonsending) func connect(
        _ endpoint: RedisAddress.Endpoint, _ deadline: MonotonicTime
    ) async throws(RedisError) -> Connection {
        let found = await HostNames.addresses(of: endpoint.host, on: loop, pool: pool, by: deadline)
        var failure = RedisError.unreachable("its name has no address")
        for (index, address) in found.enumerated() {
            let rest = deadline - .now()
            guard rest > .zero else { throw .unreachable("no connection in time") }
            let connection = Connection(on: loop, limits: options.limits, tls: try session(endpoint.host))
            // An address that swallows everything leaves time for the others.
            let share = MonotonicTime.now() + rest / (found.count - index)
            guard let reason = await connection.open(to: address, port: endpoint.port, by: share) else {
                return connection
            }
            failure = reason
        }
        throw failure
    }

    private func session(_ host: String) throws(RedisError) -> TLSClientSession? {
        guard let tls else { return nil }
        do {
            return try TLSClientSession(tls, host: host, isAddress: IPAddress(host) != nil)
        } catch {
            throw .notAllowed("\(error)")
        }
    }

    private nonisolated(nonsending) func greet(
        _ connection: Connection, _ deadline: MonotonicTime
    ) async throws(RedisError) {
        do {
            if let password = address.password {
                let names = address.user.map { [$0] } ?? []
                _ = try await ask(connection, RedisCommand("AUTH", list: names + [password]), deadline)
            }
            if address.database != 0 {
                _ = try await ask(connection, RedisCommand("SELECT", address.database), deadline)
            }
        } catch .refused(let refusal) where !refusal.isPassing {
            connection.end(.closed)
            throw .notAllowed("it answered \(refusal.code) to our greeting")
        } catch {
            connection.end(.closed)
            throw error
        }
    }

    nonisolated(nonsending) func ask(
        _ connection: Connection, _ command: RedisCommand, _ deadline: MonotonicTime
    ) async throws(RedisError) -> RedisValue {
        let answer = await withCheckedContinuation { continuation in
            connection.ask(command.formatted(), by: deadline) { continuation.resume(returning: $0) }
        }
        switch answer {
        case .success(.error(let refusal)): throw .refused(refusal)
        case .success(let value): return value
        case .failure(let error): throw error
        }
    }

    // MARK: - Sentinel (https://redis.io/docs/latest/develop/reference/sentinel-clients/)

    private nonisolated(nonsending) func openMaster(
        _ name: String, _ sentinels: [RedisAddress.Endpoint], _ deadline: MonotonicTime
    ) async throws(RedisError) -> Connection {
        var failure = RedisError.unreachable("there is no sentinel")
        for (index, sentinel) in sentinels.shuffled().enumerated() {
            let rest = deadline - .now()
            guard rest > .zero else { break }
            let share = MonotonicTime.now() + rest / (sentinels.count - index)
            do {
                return try await master(name, of: sentinel, share, deadline)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private nonisolated(nonsending) func master(
        _ name: String, of sentinel: RedisAddress.Endpoint, _ share: MonotonicTime, _ deadline: MonotonicTime
    ) async throws(RedisError) -> Connection {
        let guide = try await connect(sentinel, share)
        defer { guide.end(.closed) }
        let answer = try await ask(guide, RedisCommand("SENTINEL", "get-master-addr-by-name", name), share)
        guard let parts = answer.array, parts.count == 2, let host = parts[0].text,
            let port = parts[1].text.flatMap({ UInt16($0) })
        else { throw .unreachable("the sentinel knows no such master") }
        let connection = try await connect(RedisAddress.Endpoint(host: host, port: port), deadline)
        try await greet(connection, deadline)
        // A sentinel may be behind the times; the server itself is not.
        do throws(RedisError) {
            guard try await ask(connection, RedisCommand("ROLE"), deadline).array?.first?.text == "master" else {
                throw RedisError.unreachable("the sentinel's master is none")
            }
        } catch {
            connection.end(.closed)
            throw error
        }
        return connection
    }
}
