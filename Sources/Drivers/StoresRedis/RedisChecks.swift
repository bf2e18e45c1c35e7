public import Redis

/// Why a server must not hold the queue.
public struct RedisUnfit: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String
}

/// What a server must be before promises are kept on it.
public enum RedisChecks {
    /// Asks the server who it is and how it keeps what it is given.
    ///
    /// - Parameter acceptsLoss: a server that may lose what it confirmed is taken all the same; what may be lost is
    ///   returned, one sentence each.
    /// - Throws: `RedisUnfit` with what to change, or `RedisError`.
    public static func check(_ client: RedisClient, acceptsLoss: Bool) async throws -> [String] {
        let info = try await client.call(RedisCommand("INFO", "server", isIdempotent: true)).text ?? ""
        guard let version = major(info) else { throw RedisUnfit(description: "The server does not say its version.") }
        guard version >= 7 else {
            throw RedisUnfit(description: "Redis 7 or later is needed, or Valkey; this one is \(version).")
        }
        let losses: [String]
        do {
            losses = self.losses(try await settings(client))
        } catch RedisError.refused {
            // Some hosts allow nobody to ask.
            losses = ["Redis does not say how it keeps what it is given: allow the command CONFIG GET."]
        }
        guard losses.isEmpty || acceptsLoss else {
            throw RedisUnfit(description: losses.joined(separator: " ") + " Or say that losses are acceptable.")
        }
        return losses
    }

    private static func settings(_ client: RedisClient) async throws -> [String: String] {
        var settings: [String: String] = [:]
        for name in ["appendonly", "appendfsync", "maxmemory-policy"] {
            let reply = try await client.call(RedisCommand("CONFIG", "GET", name, isIdempotent: true)).array ?? []
            settings[name] = reply.count == 2 ? reply[1].text : nil
        }
        return settings
    }

    /// `redis_version:7.0.15`; Valkey says the version of Redis that it stands for.
    private static func major(_ info: String) -> Int? {
        let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("redis_version:") }
        return line?.split(separator: ":").last?.split(separator: ".").first.flatMap { Int($0) }
    }

    private static func losses(_ settings: [String: String]) -> [String] {
        var losses: [String] = []
        if settings["appendonly"] != "yes" {
            losses.append("Redis keeps no log and loses confirmed jobs when it dies: set appendonly yes.")
        } else if settings["appendfsync"] != "always" {
            losses.append("Redis loses the last seconds of confirmed jobs when it dies: set appendfsync always.")
        }
        if settings["maxmemory-policy"] != "noeviction" {
            losses.append("Redis drops waiting jobs when it is full: set maxmemory-policy noeviction.")
        }
        return losses
    }
}
